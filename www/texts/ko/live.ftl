# 내 허브를 연결하는 창, 그리고 그때 생길 수 있는 문제. 처음 필요할 때 받아 온다.

live-intro = 연결하면 수업이 이 페이지 안의 허브 대신 내 허브에서 이루어져요. 이 페이지 안의 허브는 내 허브를 떠날 때까지 그대로 기다려요.
live-string = 내 허브의 연결 문자열
live-string-placeholder = HostName=…;SharedAccessKeyName=…;SharedAccessKey=…
live-string-note = 공유 액세스 정책(iothubowner, service 등)의 문자열은 허브 전체를 열고, 디바이스 하나의 문자열로는 디바이스가 할 수 있는 일만 해요. 키는 이 탭의 메모리에만 있고 어디에도 저장하지 않아요. 허브에는 그 키로 서명한 토큰만 보내요.
live-string-wrong = 이 창에는 허브의 공유 액세스 정책이나 디바이스의 연결 문자열이 필요해요. 이것은 다른 문자열이에요. 무엇인지는 아래에 있어요.
live-events = 이벤트 읽기: 별도의 문자열이나 소비자 그룹
live-events-string = Event Hubs 호환 연결 문자열
live-events-note = 보통은 비워 두세요. 이벤트가 있는 곳은 허브가 페이지에 알려 줘요. 정책에 이벤트를 읽을 권한이 없거나, 페이지가 이벤트를 찾지 못한다고 할 때 채우세요. Azure Portal의 “기본 제공 엔드포인트”에 있어요.
live-group = 소비자 그룹
live-group-note = 소비자 그룹 하나는 파티션마다 다섯 곳까지 읽을 수 있어요. 다른 프로그램도 이 허브의 이벤트를 읽는다면, “기본 제공 엔드포인트”에서 이 페이지용으로 만든 그룹의 이름을 쓰세요. 비워 두면 페이지는 $Default로 읽어요.
live-prefix = 수업이 만드는 디바이스 ID의 앞부분
live-prefix-note = 원래 있던 디바이스와 구별하기 위해서예요. 떠날 때 페이지가 자기가 만든 디바이스를 지울 수 있어요.
live-prefix-rule = 글자와 숫자, - . _ : 만, 최대 40자.
live-connect = 연결하기
live-cancel = 취소

live-before = 연결하기 전에
live-before-cost = 메시지는 모두 허브의 하루 할당량에서 빠져나가요. 무료 허브(F1)는 8,000개, S1 한 단위는 400,000개예요. 수업 하나에 수십 개쯤 써요. 할당량을 다 쓰면 UTC 자정까지 허브가 누구의 메시지도 받지 않아요.
live-before-key = 정책의 키가 있으면 누구나 허브를 열 수 있어요. 키는 이 탭의 메모리에만 있고, 허브를 떠나거나 탭을 새로 고치거나 닫으면 사라져요.
live-before-devices = 수업은 디바이스를 만들고, 그 쌍(twin)을 바꾸고, 메시지를 보내요. 직접 이름을 적지 않는 한, 위의 앞부분으로 시작하지 않는 디바이스는 건드리지 않아요.
live-before-tests = 누군가 실제로 쓰고 있는 허브 말고 시험용 허브를 쓰세요. 3번째 수업은 배달 피드백을 읽는데, 피드백 큐는 허브를 함께 쓰는 모두에게 하나뿐이에요. 여기서 읽은 것은 다른 사람에게 가지 않아요.

# 무엇이 되는지 적은 표.

live-reach = 수업마다 되는 것
live-means-live = 이 페이지에서 허브로 바로 가요.
live-means-relayed = 브라우저가 허브의 REST API를 부를 수 없어서, 이 페이지를 내주는 프로그램을 거쳐 가요.
live-means-by-hand = Azure Portal 같은 곳에서 직접 하거나 보고, 여기에서 확인해요.
live-by-lesson = 수업별
live-by-step = 단계별
live-lesson = 수업
live-step = 단계
live-with-relay = 중계가 있으면
live-without-relay = 중계가 없으면
live-with-this = 이 문자열이면
live-as-device = 디바이스 문자열이면
live-count-live = 실제로 { $count }단계
live-count-relayed = 중계로 { $count }단계
live-count-by-hand = 직접 { $count }단계

# 연결된 허브.

live-host = 허브
live-key = 연결한 방법
live-policy = { $policy } 정책
live-device-string = 디바이스의 연결 문자열
live-relay = 중계
live-relay-yes = 이 페이지를 내주는 프로그램이 이 허브로 요청을 중계해요.
live-relay-no = 이 허브로 가는 중계는 없어요. REST API가 필요한 일은 직접 해요. iothub-playground serve 프로그램이 중계를 해요. *.azure-devices.net이 아닌 호스트라면 --relay-to { $host } 옵션으로 시작하세요.
live-prefix-is = 디바이스 ID의 앞부분
live-used-lesson = 이번 수업
live-used = 이번 방문
live-share = { $tier }: 하루 메시지 { $quota }개 중 { $count }개({ $percent }%), { $block }KB마다 하나
live-created = 여기에서 만든 디바이스:
live-created-none = 여기에서 만든 디바이스가 없어요.
live-delete = 이 디바이스 { $count }개를 먼저 지우기
live-leave = 허브 떠나기
live-leave-note = 페이지는 키를 잊고 자기 안의 허브로 돌아가요. 내 허브의 다른 것은 바뀌지 않아요.

# 허브가 답하지 못하는 까닭: 첫 줄은 무엇인지, 그다음 줄은 할 일.

live-trouble = 문제
live-trouble-detail = 받은 오류 메시지:
live-open-host = 새 탭에서 { $address } 열어 보기
live-show = 내 허브 보기
trouble-offline =
    브라우저가 네트워크에 연결되어 있지 않아요.
    케이블이나 Wi-Fi를 확인하세요. 네트워크가 돌아오면 페이지가 스스로 이어 가요.
trouble-no-socket =
    브라우저가 { $host } 허브로 WebSocket을 열지 못했어요. 브라우저는 까닭을 페이지에 알려 주지 않지만, 보통 넷 중 하나예요.
    이름이 틀렸거나 허브가 없어졌어요. 그러면 아래 주소가 아예 열리지 않아요. 문자열의 HostName을 확인하세요.
    인증서를 신뢰하지 않아요. 에뮬레이터를 처음 쓸 때 그래요. 그러면 아래 주소에서 브라우저가 경고해요. 아래 설명대로 에뮬레이터의 인증 기관을 신뢰하게 하세요.
    프록시나 방화벽이 WebSocket을 막아요. 그러면 아래 주소가 열리고 허브의 오류라도 보이는데, 페이지는 여전히 연결되지 않아요. 다른 네트워크를 써 보거나, 프록시 관리자에게 wss://{ $host } 주소를 열어 달라고 하세요.
    웹에서 연 페이지가 이 컴퓨터나 내부 네트워크에 접근하는 것을 브라우저가 막아요. 허브가 그 안에 있을 때 그렇고, 아래 주소는 열려요. 주소 표시줄 옆의 사이트 설정에서 로컬 네트워크 접근을(이 컴퓨터에 있는 허브라면 기기의 앱 접근을) 허용하고 새로고침하세요. 또는 같은 컴퓨터에서 실행한 iothub-playground serve의 주소로 페이지를 여세요.
trouble-hub-not-found =
    { $host }라는 호스트가 없어요.
    연결 문자열의 HostName을 한 글자씩 확인하세요. 지워진 허브는 이름도 함께 없어져요.
    내 컴퓨터만 아는 이름이라면, 중계 프로그램도 그 컴퓨터에서 실행해야 해요.
trouble-unreachable =
    중계 프로그램이 { $host } 허브에 닿지 못했어요.
    허브가 실행 중인지, 중계 프로그램이 있는 컴퓨터에서 허브까지 갈 수 있는지 확인하세요. 사이에 방화벽이 있을 수 있어요.
trouble-certificate =
    중계 프로그램이 { $host } 허브의 인증서를 신뢰하지 않아요.
    에뮬레이터라면 그 인증 기관을 주고 중계 프로그램을 시작하세요: --relay-ca DIR/ca.pem.
    Azure의 허브라면 회사의 프록시처럼 사이에서 내용을 읽는 것이 있어요. 관리자에게 물어보세요.
trouble-not-relayed =
    중계 프로그램이 { $host } 허브는 맡지 않아요.
    기본으로는 *.azure-devices.net만 맡아요. 다른 호스트라면 --relay-to { $host } 옵션으로 시작하세요.
trouble-no-relay =
    중계가 필요한 일인데, 이 페이지에는 중계가 없어요.
    Azure Portal이나 az로 직접 하고 여기에서 확인하세요. 또는 중계를 해 주는 iothub-playground serve로 이 페이지를 여세요.
trouble-unauthorized =
    { $host } 허브가 키를 받아들이지 않았어요.
    연결 문자열을 끝까지 다시 복사하세요. 누군가 허브의 키를 새로 만들었다면 새 키를 쓰세요. 디바이스의 문자열은 디바이스의 칸에 넣고, 허브의 문자열은 허브를 떠난 뒤 다시 연결할 때 넣으세요.
    정책에 이 일의 권한이 있는지, 디바이스가 사용 가능한 상태인지 확인하세요.
    이 컴퓨터의 시계를 확인하세요. 너무 이르거나 늦게 만든 토큰도 똑같이 거절돼요.
trouble-unavailable =
    { $host } 허브가 지금은 디바이스를 들이지 않아요. 까닭을 디바이스에 알려 주지는 않지만, 보통 셋 중 하나예요.
    하루 메시지를 다 썼어요. 그러면 UTC 자정이 지나야 다시 들여요.
    1초 동안 연결하는 디바이스가 허브의 계층이 받는 수를 넘었어요. 그러면 저절로 풀리고, 페이지가 다시 시도해요.
    허브의 네트워크 규칙이 내 주소를 막아요. 그러면 Azure Portal에 있는 허브 페이지의 “네트워킹”에서 누구를 들이는지 확인하세요.
trouble-clock =
    이 컴퓨터의 시계가 { $host } 허브의 시계와 너무 달라요.
    토큰에는 언제까지 유효한지 적혀 있어서, 시계가 다르면 허브가 거절해요. 컴퓨터의 시계를 네트워크에 맞추고 페이지를 다시 여세요.
trouble-throttled =
    { $host } 허브가 천천히 보내 달라고 해요.
    1초 동안 온 것이 허브의 계층이 받는 양을 넘었어요. 페이지는 허브가 말한 만큼 기다렸다가 몇 번 더 해 봐요. 너무 빨리 보내는 프로그램이 있으면 멈추세요.
trouble-quota =
    { $host } 허브의 하루 메시지를 다 썼어요.
    UTC 자정까지 메시지를 받지 않아요. 기다리거나, 더 큰 계층을 쓰거나, 이 페이지 안의 허브로 돌아가세요.
trouble-closed =
    { $host } 허브가 연결을 닫았어요.
    같은 디바이스 ID로 다른 연결이 온 경우가 많아요. 가장 새로운 연결이 이겨요. 다른 탭이나 다른 프로그램, 실제 디바이스일 수 있어요. 한 번에 하나만 그 디바이스가 되게 하세요.
    사용 중지되거나 지워진 디바이스, 만료된 토큰의 연결도 닫혀요. 페이지는 조금씩 더 오래 기다리며 스스로 다시 연결해요.
trouble-stolen =
    { $host } 허브의 이벤트를 다른 프로그램이 읽기 시작했어요.
    파티션 하나를 이렇게 읽는 프로그램은 한 번에 하나뿐이에요. 다른 프로그램을 멈추거나, 이 페이지만의 소비자 그룹으로 다시 연결하세요.
trouble-readers =
    { $host } 허브의 이벤트를 너무 많은 프로그램이 읽고 있어요.
    소비자 그룹 하나는 파티션마다 다섯 곳까지 읽을 수 있어요. 다른 프로그램 하나를 멈추거나, 이 페이지만의 소비자 그룹으로 다시 연결하세요. 입력란은 연결 문자열 아래에 있어요.
trouble-timeout =
    { $host } 허브가 제때 답하지 않았어요.
    네트워크가 느리거나, 사이의 무언가가 모르는 것을 버리는 것일 수 있어요. 페이지가 스스로 다시 시도해요.
trouble-protocol =
    { $host } 쪽에서 온 것을 이해하지 못했어요.
    네트워크의 로그인 페이지처럼 IoT 허브가 아닌 것이 답했을 수 있어요. 그 주소를 새 탭에서 열어 보세요.

# 에뮬레이터를 신뢰하는 방법.

trust-title = 에뮬레이터의 인증서를 신뢰하게 하는 방법
trust-where = iothub-playground hub는 인증 기관을 스스로 만들어요. 그 인증서는 데이터 폴더의 ca.pem 파일이고, connections.json의 “ca”에 적혀 있어요. 이 컴퓨터에서만 신뢰하게 하고, 다 쓰면 다시 지우세요.
trust-chromium = Chrome, Edge, Chromium: 설정의 “개인 정보 보호 및 보안”, “보안”, “인증서 관리”로 가서 신뢰할 수 있는 인증서로 파일을 가져오세요. Windows와 macOS에서는 시스템이 신뢰하는 것을 따라요.
trust-firefox = Firefox: 설정의 “개인 정보 및 보안”, “인증서 보기”, “인증 기관”, “가져오기”로 가서, 웹 사이트를 식별할 때 신뢰하는 데 표시하세요.
trust-windows = Windows의 명령: certutil -user -addstore Root ca.pem
trust-macos = macOS의 명령: security add-trusted-cert -k ~/Library/Keychains/login.keychain-db ca.pem
trust-linux = Linux의 Chromium: certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n iothub-playground -i ca.pem
trust-relay = 중계 프로그램: --relay-ca DIR/ca.pem 옵션으로 시작하세요. 브라우저의 경고를 한 번 넘긴 것만으로는 WebSocket이 열리지 않는 브라우저도 있어요.

# 실제 허브를 알리는 막대.

hub-bar = 실제 허브
hub-metered = 메시지 { $count }개 사용
hub-metered-title = 이번 방문에서 허브의 하루 할당량 중 쓴 메시지예요. 표준 허브는 4KB마다 하나로 세고, S1 한 단위에는 하루 400,000개가 있어요. 무료 허브(F1)는 0.5KB마다 하나로 세니, 거기서는 8,000개 중 { $free }개예요.
hub-created = 디바이스 { $count }개 만듦
hub-relay = 중계 있음
hub-no-relay = 중계 없음
hub-retry = { $seconds }초 뒤 다시 시도
hub-details = 자세히
hub-leave = 떠나기
hub-said-live = 이제 { $host } 허브를 쓰고 있어요. 수업에서 하는 일은 그 허브에서 이루어져요.
hub-said-left = { $host } 허브를 떠나 이 페이지 안의 허브로 돌아왔어요.
hub-said-back = { $host } 허브가 다시 답해요.
hub-was-live = 이 탭은 내 허브에 연결되어 있었어요. 키는 메모리에만 있었기 때문에 이제 없고, 페이지는 다시 자기 안의 허브를 써요. 그 허브에 만든 디바이스는 그대로 있어요.
hub-again = 다시 연결하기

# 통신 탭에서 프로그램이 아닌 누가 물었는지.

party-refresh = 이 페이지
live-lesson-note = 지금 수업은 { $host } 허브에서 이루어져요. 허브가 이 페이지 안에 있다고 하는 글은 { $host } 허브 이야기로 읽으세요.
live-lead = 이 수업은 실제 Azure IoT 허브에서도, 내 컴퓨터에서 iothub-playground 프로그램이 돌리는 허브에서도 할 수 있어요. 무엇이 되는지 수업마다 적어 두었어요.
