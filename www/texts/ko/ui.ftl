# 수업을 둘러싼 페이지.

name = IoT Hub Playground
device = 디바이스
hub = 허브
cloud = 클라우드
lessons = 수업
progress = { $steps }단계 중 { $passed }단계 통과
close = 닫기
copied = 복사했어요
copy-failed = 복사하지 못했어요. 브라우저가 허용하지 않아요. 글을 선택해서 직접 복사해 주세요.
bytes = { $count } B
skip-to-content = 본문으로 건너뛰기

# 맨 위의 막대.

hub-in-page = 허브: 이 페이지 안
theme = 테마
theme-system = 시스템 설정대로
theme-light = 밝게
theme-dark = 어둡게
shortcuts-open = 바로 가기 키

# 첫 페이지.

home-title = 직접 해 보며 배우는 Azure IoT Hub
home-lead = 디바이스와 허브와 클라우드 프로그램이 이 페이지 안에서 나란히 돌아가요. 디바이스를 등록하고 연결한 다음, 그 사이를 오가는 패킷을 하나하나 지켜봐요.
home-picture = 디바이스는 허브로 패킷을 보내고, 클라우드 프로그램은 허브로 요청을 보내요.
home-start = 첫 수업 시작하기
home-continue = 수업 { $number } 이어 하기
home-promise = 설치할 것도, Azure 구독도 필요 없어요. 이 페이지 밖으로 나가는 데이터도 없어요.
home-differences = 이 허브와 Azure IoT Hub의 차이점

# 없는 주소.

not-found-title = 그런 페이지는 없어요
not-found-text = 주소에 적힌 수업이나 단계가 없어요. 주소에 오타가 있거나, 단계의 이름이 바뀌었을 수 있어요. 첫 페이지에서 수업을 골라 주세요.
not-found-home = 첫 페이지로 가기

# 수업과 그 단계.

steps = 단계
step-not-started = 시작 전
step-running = 실행 중
step-passed = 통과
step-passed-before = 전에 통과함
step-not-yet = 아직
step-panel = 열려 있는 단계
verdict-not-started = 버튼을 누르면 단계가 실행돼요. 그다음 허브를 확인하고, 확인한 결과를 여기에 알려 드려요.
verdict-running = 단계를 실행하고 있어요. 실험대를 지켜보세요.
verdict-looked-for = 확인한 것
verdict-saw = 결과
stop = 중지
next-step = 다음 단계
next-lesson = 다음 수업
lesson-done = 수업 목록
hint = 힌트
check = 다시 확인
check-title = 허브의 상태를 다시 확인하기
solve = 풀이
solve-title = 이 단계에서 할 일을 모두 대신 하기
reset = 초기화
reset-title = 실험대를 이 단계의 처음 상태로 되돌리기
announce-passed = 단계를 통과했어요. { $saw }
announce-not-yet = 아직이에요. { $saw }

# 실험대.

bench = 실험대
clock = 실험대의 시각
speed = 실험대 시계의 속도
skip-to-next = 다음 사건으로 건너뛰기
skip-wait = { $wait } 후
split-lesson = 수업 칸의 너비
split-cards = 실험대의 높이
views = 보기
view-lesson = 수업
view-bench = 실험대
view-wire = 통신

# 디바이스 카드와 클라우드 카드.

device-connected = 연결됨
device-disconnected = 연결 끊김
device-unplugged = 케이블 뽑힘
plug-pull = 케이블 뽑기
plug-back = 케이블 다시 꽂기
device-string = 연결 문자열
device-string-placeholder = 여기에 붙여 넣으세요
device-string-give = 전달
device-string-missing = 아직 없음
device-string-given = { $device } 디바이스용
device-string-where = { $host } 허브의 { $device } 디바이스용이에요. 키는 이 페이지의 메모리에만 있어요.
registry = ID 레지스트리
registry-enabled = 활성화됨
registry-disabled = 비활성화됨
listing = 프로그램
listing-fold = 프로그램 접기
listing-unfold = 프로그램 펼치기
listing-of = { $program } ({ $spelling })
listing-copy = { $program } 복사 ({ $spelling })
listing-failed = 프로그램을 불러오지 못했어요. 페이지를 다시 열어 주세요.
listing-not-sent = { $program } 프로그램이 허브로 무언가를 보내면, 마지막 동작이 { $spelling } 표기로 여기에 나타나요.
listing-not-sent-step = { $program } 프로그램이 허브로 무언가를 보내면, 마지막 동작이 { $spelling } 표기로 여기에 나타나요. “{ $step }” 단계에서 실행돼요.
listing-no-words = { $program } 프로그램이 마지막으로 보낸 것은 { $spelling } 표기로 쓸 수 없어요.
spellings = 표기 방법
spelling-rust = Rust
spelling-python = Python
spelling-az = az
spelling-curl = curl
spelling-mqtt = MQTT
program-running = 실행 중
program-finished = 끝남
program-failed = 실패
program-stopped = 중지됨
setting-default = 기본값으로 되돌리기: { $value }
device-console = 디바이스 콘솔
cloud-console = 클라우드 콘솔
console-forgotten = 더 오래된 { $count }줄은 표시하지 않아요.
jump-to-newest = 맨 끝으로 이동
secret-hidden = 가려진 비밀
secret-reveal = 비밀 보기
secret-hide = 비밀 가리기
secret-copy = 비밀 복사

# 카드 아래의 패널.

panel = 오간 통신과 허브가 가진 것
tab-wire = 통신
tab-events = 이벤트
wire-rows = 패킷과 요청
wire-to-hub = 허브로
wire-from-hub = 허브에서
party-operator = 직접
wire-filter-side = 표시할 쪽
wire-filter-all = 전체
wire-filter-kind = 표시할 종류
wire-filter-any-kind = 모든 종류
wire-filtered = 이 종류는 아직 오간 적이 없어요. 모두 보려면 “전체”와 “모든 종류”를 고르세요.
wire-pause = 멈추기
wire-resume = 이어 보기({ $count })
wire-export = 목록을 JSON 파일로 저장
wire-skipped = 너무 많아서 목록에 넣지 못한 메시지가 { $count }개 더 있어요.
filter-device = 표시할 디바이스
filter-any-device = 모든 디바이스
wire-gone = 이 메시지의 바이트는 더는 남아 있지 않아요. 그 뒤에 너무 많은 것이 왔어요.
wire-view = 이 메시지에서 표시할 것
wire-body = 본문
wire-token = 토큰
wire-spelt = 명령으로 보기
wire-spelt-note = 키와 서명은 보여 주지 않아요. 셸에서는 먼저 SAS_TOKEN에 여러분의 SAS 토큰을 넣으세요.
wire-copy-as = 복사: { $tool }
wire-fields = 필드
wire-bytes = 바이트
wire-bytes-more = { $count }바이트는 더 표시하지 않아요.
token-opens = 여는 것
token-signer = 서명한 키
token-device-key = 디바이스 자신의 키
token-policy = { $policy } 정책의 키
token-until = 유효 기한
token-valid = { $day }, { $time } UTC. 지금부터 { $left } 남았어요.
token-expired = { $day }, { $time } UTC. 만료되었어요.
token-signed = 서명한 내용
token-signed-note = 두 줄이에요. 토큰에 적힌 그대로의 리소스와, 1970년부터 센 초로 적은 만료 시각이에요. 키로 이 두 줄의 HMAC-SHA256을 만든 것이 서명이에요.
token-whole = 서명을 뺀 토큰
events-time = 시각(UTC)
events-body = 본문
events-properties = 속성
events-place = 파티션 { $partition }, 시퀀스 번호 { $number }, 오프셋 { $offset }, { $size }바이트
events-details = 자세히
events-binary = 텍스트 아님
events-older = 더 오래된 이벤트 { $count }개는 표시하지 않아요.
events-annotations = 허브가 찍은 것
events-system = 보낸 쪽이 정한 것
events-application = 메시지의 속성
chart-as-table = 표로 보기
chart-as-chart = 차트로 보기
chart-empty = 아직 숫자가 없어요
chart-member = 그릴 속성
chart-device = 그릴 디바이스
mark-desired = desired 속성
mark-reported = reported 속성
mark-message = 메시지
chart-summary = 시간에 따른 { $member }: 값 { $count }개, 최소 { $least } { $unit }, 최대 { $most } { $unit }, 마지막 { $last } { $unit }

# 빈자리에 나타날 것.

telemetry-empty-registry = 아직 디바이스가 없어요. 1단계에서 첫 디바이스를 등록해요.
telemetry-empty-device-console = 디바이스 프로그램의 출력이 여기에 나타나요. 3단계부터 볼 수 있어요.
telemetry-empty-cloud-console = 클라우드 프로그램의 출력이 여기에 나타나요. 1단계부터 볼 수 있어요.
telemetry-empty-wire = 오가는 패킷과 요청이 모두 여기에 나타나요. 1단계에서 첫 요청을, 3단계에서 첫 패킷을 보내요.
telemetry-empty-events = 프로그램이 허브에서 읽은 이벤트가 여기에 나타나요. 4단계에서 읽기 시작해요.

# 바로 가기 키 목록.

shortcuts-title = 바로 가기 키
shortcut-run = 열려 있는 단계 실행. 버튼이나 입력란에 포커스가 없을 때
shortcut-run-anywhere = 입력 중인 양식 실행. 없으면 열려 있는 단계 실행
shortcut-steps = 단계나 통신 행 사이를 이동. Enter 키로 열기
shortcut-tabs = 탭 위에서, 실험대 아래의 탭 전환
shortcut-splits = 두 칸 사이의 막대에서, 경계 옮기기
shortcut-pause = 통신 목록 멈추기 또는 이어 보기
shortcut-help = 이 목록 보기
shortcut-close = 열려 있는 것 닫기

# 페이지가 멈췄을 때.

panic-title = 페이지가 멈췄어요
panic-text = 이 페이지가 예상하지 못한 일이 일어났어요. 계속하려면 페이지를 다시 열어 주세요. 진도와 고친 내용은 이 브라우저에 남아 있고, 실험대는 처음부터 시작해요.
panic-reload = 다시 열기
panic-report = 이 문제를 알려 주실 때는 아래 내용을 함께 보내 주세요. 비밀은 들어 있지 않아요.
panic-copy = 보고 내용 복사
panic-copied = 복사했어요

# 스크립트가 꺼져 있을 때와 불러오는 동안.

noscript = 실험대는 이 페이지에서 돌아가는 프로그램인데, 이 브라우저는 여기에서 스크립트를 실행하지 않아요. 실험대를 쓰려면 스크립트를 허용해 주세요. 글은 그대로 읽을 수 있어요.
loading = 실험대를 준비하고 있어요.

# 허브가 연결을 닫은 까닭. 실제 서비스는 아무 말 없이 닫는다.

close-link-lost = DISCONNECT 없이 회선이 끊어졌습니다
close-no-connect = 1분 안에 CONNECT가 오지 않았습니다
close-refused = CONNECT가 거부되었습니다
close-connect-expected = 첫 패킷이 CONNECT가 아니었습니다
close-second-connect = 같은 연결에서 CONNECT가 두 번 왔습니다
close-unexpected-packet = 디바이스가 보낼 수 없는 패킷이 왔습니다
close-malformed = MQTT 3.1.1에 맞지 않는 바이트가 왔습니다
close-qos-two = 허브는 QoS 2를 지원하지 않습니다
close-foreign-topic = 디바이스가 게시할 수 없는 토픽입니다
close-unreadable-topic = 토픽에 든 속성을 읽을 수 없습니다
close-message-too-large = 메시지가 256KB보다 큽니다
close-foreign-filter = 디바이스가 쓸 수 없는 토픽 필터를 구독하려고 했습니다
close-keep-alive-expired = 연결 유지 시간의 1.5배가 지나도록 아무것도 오지 않았습니다
close-token-expired = SAS 토큰이 만료되었고 유예 시간도 지났습니다
close-taken-over = 같은 디바이스가 새로 연결했습니다. 가장 새로운 연결만 남습니다
close-device-disabled = 디바이스가 비활성화되었습니다
close-device-deleted = 디바이스가 삭제되었습니다
close-module-deleted = 모듈이 삭제되었습니다
close-store-failed = 허브가 받은 것을 저장하지 못했습니다
close-quota-exceeded = 하루 메시지 할당량을 다 썼습니다. UTC 자정에 다시 시작합니다
close-throttled = 1초 동안 온 메시지가 허브 계층의 한도를 넘었습니다
close-no-reason = 허브 또는 허브로 가는 길의 무언가가 아무 말 없이 연결을 닫았습니다. 같은 디바이스가 새로 연결하거나, 토큰이 만료되거나, 허브가 다시 시작하면 허브는 이렇게 합니다
close-offline = 브라우저에 따르면 네트워크가 끊겼습니다
close-not-supported = 허브가 아직 지원하지 않는 기능입니다

# 저절로 일어날 다음 일.

next-message-expires = { $device } 디바이스로 가는 메시지가 만료돼요
next-lock-ends = { $device } 디바이스에 배달된 메시지가 큐로 돌아가요
next-method-times-out = { $device } 디바이스의 메서드 호출 시간이 다 돼요
next-connection-ends = { $device } 디바이스의 연결이 끝나요
next-feedback-ready = 피드백을 읽을 수 있게 돼요
next-query-catches-up = 쿼리에 마지막 변경이 나타나요
next-program-goes-on = 프로그램이 계속돼요
next-other = 다른 일이 일어나요
