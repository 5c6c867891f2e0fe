# Azure IoT Hub와의 차이점 페이지. 행은 www/differences.toml의 행이고, ID로 맞춘다.
# 백틱 사이의 글은 코드다.

differences-language = 한국어
differences-title = Azure IoT Hub와의 차이점
differences-lead = 이 페이지의 허브가 실제 서비스와 똑같이 하는 것, 다르게 하는 것, 하지 않는 것입니다.
differences-promise = 서비스를 이미 알거나 곧 쓸 사람을 위한 글입니다. 실제 허브에 물어보고 쓴 것은 아닙니다. 행마다 규칙의 출처를 밝히고, 여기서 그 규칙을 지키게 하는 테스트의 이름을 적었습니다.
differences-legend = 표시의 뜻
differences-areas = 영역
differences-filter = 표시할 행
differences-all = 전체
differences-count-rows = 테스트가 있는 행
differences-count-tests = 테스트
differences-count-untested = 테스트가 없는 행
differences-tests = 테스트
differences-back = 플레이그라운드로 돌아가기

state-same = 같음
state-different = 다름
state-absent = 없음
differences-state-same = 알려진 만큼은 허브가 서비스의 규칙을 따릅니다.
differences-state-different = 허브가 다른 방식으로 합니다. 일부러 그렇게 했거나, 규칙이 알려져 있지 않습니다.
differences-state-absent = 허브가 하지 않습니다. 요청하면 거절합니다.

evidence-documented = 문서에 있음
evidence-observed = 관찰됨
evidence-sdk = SDK에서 확인
evidence-inferred = 추론함
differences-evidence-documented = Microsoft의 문서에 적혀 있습니다.
differences-evidence-observed = 누군가 실제 허브에서 보고 기록이나 보고서를 공개했습니다.
differences-evidence-sdk = 서비스와 함께 쓰이는 SDK나 도구의 소스가 이 규칙에 기대고 있습니다.
differences-evidence-inferred = 어느 것도 없습니다. 관련 소프트웨어나 상식에서 이끌어 낸 것이고, 서비스는 다르게 할 수도 있습니다.

untested-nothing-runs = 테스트할 것이 없음
untested-not-written = 아직 테스트하지 않음

area-connecting = 연결
area-telemetry = 원격 분석
area-cloud-to-device = 클라우드-디바이스 메시지
area-methods = 직접 메서드
area-twins = 디바이스 쌍
area-queries = 쿼리
area-registry = ID 레지스트리
area-modules = 모듈
area-rest = REST 인터페이스
area-access = 접근 권한
area-limits = 한도와 할당량
area-time = 시간
area-storage = 저장
area-not-built = 만들지 않은 것

# ---- 연결. ----

connack-five = 클라이언트가 무엇을 잘못했든 CONNACK은 5입니다. 모르는 디바이스, 비활성화된 디바이스, 잘못되거나 만료되거나 다른 곳의 토큰, 서로 맞지 않는 이름이 모두 그렇습니다. 코드 2와 4는 쓰지 않습니다.
close-reasons = 서비스는 아무 말 없이 연결을 닫습니다. 여기서는 어떤 규칙을 어겼고 무엇을 해야 하는지 허브가 통신 옆에 적어 줍니다. 실제로 오가는 바이트는 서비스와 똑같이 아무 말이 없습니다.
user-names = 사용자 이름은 `<host>/<device id>/?api-version=…`입니다. 물음표가 없는 옛 형식과 버전이 없는 짧은 형식으로도 연결됩니다.
mqtt-api-version = 사용자 이름에 `api-version`이 없는 클라이언트는 서비스에서 할 수 있는 일이 적습니다. reported 속성을 바꾸었더니 400으로 답한 일이 있습니다. 여기서는 모든 클라이언트가 모든 것을 할 수 있습니다.
newest-wins = 항목 하나에 연결은 하나이고, 가장 새로운 연결만 남습니다. 한 디바이스로 두 클라이언트가 저마다 다시 연결하면 서로를 끝없이 밀어냅니다.
keep-alive = 연결 유지 시간의 1.5배 동안 패킷이 없으면 연결이 끝나고, 길어도 1767초면 끝납니다. 연결 유지 시간 0은 영원히가 아니라 이 가장 긴 시간을 뜻합니다.
sessions = 클린 세션이 0이면 구독이 연결보다 오래 남습니다. 기다리던 메시지는 클라이언트가 다시 구독하기 전에, CONNACK 바로 뒤에 도착합니다. 그러므로 연결하기 전에 처리기를 준비해 두어야 합니다.
token-grace = 연결은 SAS 토큰이 만료된 뒤에도 유예 시간 동안 이어집니다. 문서에는 약 5분이라는 말과 10분이라는 말이 모두 있습니다. 여기서는 정확히 10분이고, 허브의 설정입니다.
clock-skew = 서비스는 시계가 5분 넘게 틀린 디바이스를 거절합니다. 여기서는 토큰의 만료만 따지고, 실험대의 시계는 모두 같습니다.
wills = 유언 메시지(will)는 그 디바이스 자신의 원격 분석이어야 하고, QoS 0이나 1이어야 합니다. DISCONNECT 없이 연결이 끝나면 `iothub-MessageType` 속성이 `Will`인 이벤트로 도착합니다.
foreign-filters = 서비스가 지원하지 않는 토픽 필터를 어떻게 다루는지는 문서에 없고, 보고도 엇갈립니다. 여기서는 연결이 끝나고, 허브가 그 필터를 알려 줍니다.
wildcard-ids = ID에는 `#`과 `+`를 쓸 수 있지만, MQTT 토픽의 이름에는 쓸 수 없습니다. 그런 디바이스는 연결되지만, MQTT로 보내는 원격 분석은 형식에 어긋납니다. HTTP로는 보낼 수 있습니다.
mqtt-transport = 네트워크가 없습니다. 디바이스와 허브는 페이지 안에서 MQTT 바이트를 주고받습니다. TLS, 포트 8883, 포트 443의 WebSocket과 그 주소 `/$iothub/websocket`은 없습니다.

# ---- 원격 분석. ----

puback-after-storing = PUBACK은 이벤트가 저장되어 읽을 수 있다는 뜻입니다. PUBACK을 잃어버리면 디바이스가 다시 보내고, 읽는 쪽은 메시지를 두 번 봅니다.
qos-two = QoS 2로 PUBLISH를 보내면 연결이 끝납니다.
foreign-topics = 디바이스 자신의 토픽이 아닌 토픽에 PUBLISH를 보내면 연결이 끝납니다. 앞에 슬래시가 있거나 다른 디바이스의 ID가 든 토픽도 마찬가지입니다.
message-size = 메시지는 본문과 속성을 합쳐 262,144바이트까지입니다. 더 크면 MQTT 연결이 끝나고, HTTP에서는 413으로 답합니다.
retain-and-dup = 메시지를 붙잡아 두지(retain) 않습니다. RETAIN이 있는 메시지는 `mqtt-retain` 속성과 함께, 다시 보낸 메시지는 `mqtt-dup` 속성과 함께 도착합니다.
property-bag = 속성은 토픽의 끝에 퍼센트 인코딩으로 적고, `$.ct`와 `$.mid` 같은 시스템 속성도 함께 적습니다. `+`는 더하기 기호이고, 공백을 뜻하지 않습니다.
annotations = 이벤트마다 누가 보냈는지, 보낸 쪽이 어떻게 로그인했는지, 항목의 세대가 무엇인지, 언제 왔는지가 `iothub-connection-device-id` 같은 이름으로 붙습니다. 보내는 쪽은 이것을 속일 수 없습니다.
partitions = 파티션은 네 개, 무료 계층(F1)에서는 두 개이며, 허브를 만들 때 정해져 바뀌지 않습니다. 한 디바이스의 이벤트는 모두 한 파티션에 순서대로 들어갑니다. 시퀀스 번호는 파티션마다 0부터 셉니다.
partition-hash = 디바이스가 어느 파티션을 받는지, 이벤트의 오프셋이 어떻게 생겼는지는 이 허브의 계산을 따릅니다. 서비스는 이것을 공개하지 않습니다. 오프셋은 있는 그대로 받아들이고, 실제 허브에서는 파티션이 다를 것으로 생각하십시오.
http-telemetry = 디바이스는 HTTP `POST /devices/<device id>/messages/events`로도 원격 분석을 보낼 수 있습니다. 메시지 하나나 묶음을 보내고 204를 받습니다.

# ---- 클라우드-디바이스 메시지. ----

c2d-over-http = 문서에 있는 전송 방법은 AMQP입니다. 여기서는 `POST /devices/<device id>/messages/deviceBound`로 보냅니다. 공개된 참조 문서에는 없지만, Azure IoT Explorer가 실제 서비스에서도 쓰는 요청입니다.
c2d-depth = 한 디바이스를 기다리는 메시지는 64KB짜리 50개까지이고, 배달 중인 것도 셉니다. 그다음 메시지는 403과 `DeviceMaximumQueueDepthExceeded`로 거절됩니다.
c2d-expiry = 메시지는 한 시간 동안, 또는 보낸 쪽이 정한 만료 시각까지 기다립니다. 꺼져 있는 디바이스는 만료된 메시지를 받지 못합니다.
c2d-complete = MQTT에서 디바이스는 PUBACK으로 메시지를 완료하는 것만 할 수 있습니다. QoS 0에서는 도착하든 말든 보내는 것으로 완료됩니다. 거부(reject)와 중단(abandon)은 HTTP로 하거나, 실제 서비스에서는 AMQP로 합니다.
c2d-lock = 1분 안에, 또는 연결이 끊어지기 전에 확인되지 않은 메시지는 다시 옵니다. 디바이스는 같은 메시지가 두 번 올 것을 예상해야 합니다.
c2d-delivery-count = 열 번 배달하면 메시지를 포기합니다. 예전 문서는 모든 배달을 세고, 최신 문서는 중단된 배달만 셉니다. 이 허브는 최신 문서를 따르며, 모두 세도록 바꿀 수 있습니다.
c2d-device-http = 디바이스는 HTTP로 메시지를 받고, 완료하고, 거부하고, 중단할 수 있습니다. 잠금을 잃었으면 412와 `DeviceMessageLockLost`로 답합니다.
feedback = `iothub-ack`를 정해서 보내면 피드백을 묶음으로 받습니다. 레코드가 64개 모이거나 첫 레코드에서 15초가 지나야 나가므로 느려 보입니다. 들여다볼 수 있는 배달 못 한 메시지 큐는 없습니다. 메시지가 만료되었거나 포기되었다는 것은 피드백으로만 알 수 있습니다.

# ---- 직접 메서드. ----

method-not-online = 꺼져 있는 디바이스나, 연결되어 있어도 메서드를 구독하지 않은 디바이스를 호출하면 404와 코드 404103으로 답합니다. 오류는 평소의 본문 안에 든 JSON 텍스트입니다.
method-timeout = 디바이스가 제때 답하지 않으면 504와 504101이 됩니다. 시간은 30초이고, 호출하는 쪽이 5초에서 300초까지 정할 수 있습니다. `connectTimeoutInSeconds`를 정하면 꺼져 있는 디바이스도 올 시간을 얻습니다.
method-status = 디바이스가 준 상태는 본문에 있습니다. 디바이스가 500이라고 해도 HTTP 상태는 200입니다.
method-payload = 페이로드는 어떤 JSON이든 되고, 각 방향으로 128KB까지입니다. JSON 텍스트인 페이로드는 텍스트 그대로이고, 한 번 더 읽지 않습니다.
method-inflight = 한 디바이스에 동시에 진행할 수 있는 호출은 열 개이고, 그다음은 403800으로 거절됩니다. 서비스에도 이 오류가 있지만, 숫자는 공개되어 있지 않습니다.

# ---- 디바이스 쌍. ----

twin-sections = 태그와 desired 속성은 서비스 쪽이 쓰고, reported 속성은 디바이스가 씁니다. 디바이스는 태그도 메타데이터도 볼 수 없습니다.
twin-merge = 변경은 합쳐집니다. 적히지 않은 멤버는 남고, `null`은 멤버를 지우고, 배열은 통째로 바뀝니다. `PUT`은 태그와 desired 속성을 바꾸고 reported 속성은 그대로 둡니다.
twin-versions = desired 속성과 reported 속성은 저마다 1부터 버전을 셉니다. 디바이스가 reported 속성의 옛 버전을 적어 보내면 412를 받습니다.
twin-etag = 디바이스 쌍의 ETag는 태그와 desired 속성이 바뀔 때 함께 바뀝니다. 디바이스 항목을 쓰거나 디바이스가 연결할 때는 바뀌지 않습니다.
twin-desired-notice = 연결해서 구독하고 있는 클라이언트만 desired 속성의 알림을 QoS 0으로 받습니다. 꺼져 있는 디바이스를 기다리는 알림은 없습니다. 디바이스는 연결한 다음 디바이스 쌍을 읽습니다.
twin-get-unasked = 서비스는 `$iothub/twin/res/#`을 구독한 클라이언트에만 디바이스 쌍 요청의 답을 보냅니다. 여기서는 구독하지 않아도 답이 옵니다. Python SDK가 다시 연결한 뒤 구독하기 전에 요청하고, 답이 없으면 끝없이 기다리기 때문입니다.
twin-limits = 태그는 8KB, desired 속성과 reported 속성은 각각 32KB까지입니다. 개체는 열 단계까지 중첩할 수 있고, 이름은 1,024바이트, 텍스트는 4,096바이트까지입니다.
twin-values = 정수는 52비트에 부호가 있고, 배열에는 `null`을 넣을 수 없으며, 이름에는 점, 달러 기호, 해시 기호, 공백을 쓸 수 없습니다. `1`과 `1.0`은 쓴 그대로 돌아옵니다.
twin-room = 구역의 크기에는 빈 개체, 빈 배열, 빈 텍스트, 제어 문자가 들어가지 않습니다. 여기서는 구역에 허용된 크기 1바이트마다 값이나 텍스트의 바이트를 넷까지만 둘 수 있습니다. 크기가 없는 구역이 메모리를 채우지 못하게 하기 위해서입니다.

# ---- 쿼리. ----

query-errors = 서비스는 잘못된 쿼리에 `ErrorCode:ArgumentInvalid;BadRequest`로 답하고, 어디가 잘못되었는지는 말하지 않습니다. 이 허브는 같은 본문으로 답하고, 무엇을 기대했는지 적은 `x-playground-hint` 헤더를 붙입니다.
query-lag = 서비스에서는 변경이 쿼리에 나타나기까지 1초가 넘게 걸리고, 삭제한 디바이스는 몇 분 동안 남아 있습니다. 여기서는 지연되도록 정하지 않으면 변경이 쿼리에 바로 나타납니다.
query-functions = `IS_DEFINED`, `STARTSWITH`, `ARRAY_CONTAINS`가 있습니다. 서비스에 디바이스 쌍을 위한 함수가 더 있는지는 확인되지 않아서 나머지는 거절합니다. 라우팅에만 있는 `STARTS_WITH`도 거절합니다.
query-pages = 한 페이지의 결과는 100개까지이고, `x-ms-continuation` 헤더로 다음 페이지를 읽습니다. 없는 속성과의 비교는 참이 아닙니다. 속성이 있는지는 `IS_DEFINED`로 묻습니다.
query-names = `AS`가 없으면 뽑아낸 멤버의 이름은 경로의 마지막 부분이 되고, 없는 멤버는 빠집니다. 서비스가 붙이는 이름은 문서에 없으니 `AS`를 쓰십시오.

# ---- ID 레지스트리. ----

put-creates = `If-Match` 없는 `PUT`은 만들기만 하고, 디바이스가 있으면 409로 답합니다. `If-Match`가 있으면 바꾸기만 합니다. 둘 다 200으로 답하고, 201로는 답하지 않습니다.
put-replaces-keys = 바꿀 때는 전체가 바뀝니다. `authentication`을 빼면 디바이스가 새 키를 받고, 옛 키로는 연결할 수 없습니다.
delete-needs-etag = `DELETE`에는 `If-Match`가 있어야 하고, 없으면 412로 답합니다. `*`는 어떤 버전이든 받아들입니다.
identity-etag = 디바이스 항목의 ETag는 항목을 쓸 때만 바뀌고, 디바이스가 연결하거나 보낼 때는 바뀌지 않습니다.
generations = 삭제했다가 다시 만든 디바이스는 레지스트리와 이벤트에서 다른 세대 ID를 가집니다.
connection-state = `connectionState`, `lastActivityTime`, `/statistics/service`의 수는 정확합니다. 서비스에서는 몇 분 늦을 수 있고, 모니터링에 쓰라고 있는 값이 아닙니다.
bulk = `POST /devices` 하나로 변경을 100개까지 보냅니다. 실패한 것은 상태 400인 응답에 나열되고, 나머지는 처리됩니다.
x509-identities = 인증서를 쓰는 디바이스를 등록할 수 있지만 연결할 수는 없습니다. 인증서를 보여 줄 TLS가 없습니다.
edge-identities = IoT Edge 디바이스를 범위(scope)와 두 시스템 모듈과 함께 등록할 수 있습니다. 배포와 게이트웨이는 없습니다. 다른 디바이스를 거쳐 연결하는 디바이스는 없습니다.

# ---- 모듈. ----

module-identities = 디바이스 하나에 모듈을 50개까지 둘 수 있고, 모듈마다 키와 연결과 모듈 쌍과 직접 메서드가 따로 있습니다. 모듈은 비활성화할 수 없습니다.
module-of-nobody = 없거나 비활성화된 디바이스의 모듈을 요청하면 404가 아니라 401로 답합니다.
module-messages = 모듈로 보내는 클라우드-디바이스 메시지, 모듈 입력, 모듈 사이의 경로는 없습니다.

# ---- REST 인터페이스. ----

not-supported = 이 허브가 하지 않는 것에는 501과 `NotSupported`, 그리고 작업의 이름으로 답합니다. 이 코드는 서비스에 없습니다. 말없이 넘어가는 것은 없습니다.
api-versions = 모든 요청에는 `2018-06-30`에서 `2024-03-31`까지의 `api-version`을 적습니다. 버전이 없거나 모르는 버전이면 400으로 답합니다.
error-envelope = 오류에는 서비스와 같은 상태, 숫자 코드, `iothub-errorcode` 헤더, 추적 ID가 든 본문이 있습니다. 프로그램은 헤더와 코드를 보아야 합니다.
error-words = 오류의 문장은 이 허브가 쓴 것이 많고, 서비스보다 더 많이 알려 줍니다. 예를 들어 토큰을 왜 거절했는지 말합니다. 문장을 비교하지 마십시오.

# ---- 접근 권한. ----

policies = 새 허브에는 모든 허브에 있는 다섯 정책이 있고, 정책마다 키가 두 개이며, 권한도 같습니다. `registryReadWrite`는 디바이스 쌍을 읽을 수 없고, `service`는 디바이스를 등록할 수 없습니다.
policy-changes = 정책을 추가하거나, 바꾸거나, 키를 새로 만들 수 없습니다.
token-scopes = 토큰은 적힌 리소스와 그 아래의 모든 것을 열고, 경로는 부분 단위로 비교합니다. 호스트는 대소문자를 가리지 않고, 디바이스 ID는 가립니다.
token-as-written = 서명은 토큰에 적힌 그대로의 리소스로 검사합니다. SDK마다 인코딩이 다르기 때문입니다.
policy-as-device = 연결 권한이 있는 정책은 등록되고 활성화된 어떤 디바이스든 대신할 수 있습니다. 디바이스 자신의 키로는 서비스 쪽의 어떤 것도 열 수 없습니다.
entra-id = Microsoft Entra ID의 토큰과 역할 할당은 없습니다. `Bearer` 토큰은 401로 거절됩니다.

# ---- 한도와 할당량. ----

limits-off = 따로 정하지 않으면 계층의 한도를 세기만 하고 적용하지는 않습니다. 그때 허브는 단위 하나의 S1이거나, 정해 준 계층입니다.
daily-quota = 한도를 적용하면 하루 메시지 수가 서비스와 같고, 4KB 단위로 셉니다. 무료 계층에서는 0.5KB 단위로 세고, 디바이스를 500개까지 둘 수 있습니다. UTC 자정에 처음부터 다시 셉니다.
quota-refusals = 할당량을 넘으면 요청에 403과 `IotHubQuotaExceeded`로 답하고, 레지스트리는 열려 있습니다. MQTT 클라이언트가 무엇을 보는지는 문서에 없습니다. 여기서는 게시할 때 연결을 잃고, 다시 오면 CONNACK 3을 받습니다.
shaping = 한도를 적용하면, 너무 빨리 오는 것은 먼저 차례를 기다립니다. 너무 오래 기다려야 할 것만 `Retry-After` 없이 429로 거절됩니다. 속도는 서비스와 같습니다. 한꺼번에 얼마나 몰려도 되는지는 공개되어 있지 않아 이 허브가 정했습니다.

# ---- 시간. ----

time-moves = 시간을 더 빠르게 하거나 다음 사건으로 건너뛸 수 있습니다. 토큰, 잠금, 제한 시간, 만료가 모두 따라갑니다. 실제 허브에서는 기다려야 합니다.
same-day-again = 같은 시드와 같은 입력에서는 키와 ID까지 똑같은 바이트가 나옵니다. 페이지에서는 시드가 무작위입니다.

# ---- 저장. ----

acknowledged-is-kept = 2xx 응답이나 PUBACK은 요청한 것이 저장되었다는 뜻입니다. 저장할 수 없으면 아무것도 바뀌지 않고 확인해 주지도 않습니다.
memory-only = 페이지에서 허브는 메모리에만 있습니다. 다시 불러오면 디바이스와 디바이스 쌍과 이벤트가 사라집니다. 페이지 밖으로 나가는 것은 없습니다.
retention = 이벤트는 하루 동안, 또는 정해 준 만큼 보관하며 7일까지입니다.
partition-bytes = 파티션에는 16MB까지 들어가고, 넘으면 가장 오래된 이벤트가 자리를 내줍니다. 서비스에는 보존 기간 안에서 이런 한도가 없습니다.

# ---- 만들지 않은 것. ----

amqp = 이 페이지에는 AMQP가 없습니다. 브라우저는 중계 없이 AMQP를 쓸 수 없고, 실험대에는 필요하지도 않습니다. 네이티브 프로그램은 서비스 클라이언트와 이벤트 읽기에 AMQP를 지원하며, 디바이스는 거기서도 MQTT로 연결합니다.
event-hubs-endpoint = 이 페이지의 기본 제공 엔드포인트에는 Event Hubs 프로토콜과 소비자 그룹이 없습니다. 실험대는 같은 위치와 파티션으로 허브에서 직접 이벤트를 읽습니다. 네이티브 프로그램에는 둘 다 있으며, 소비자 그룹은 어떤 이름이든 받습니다.
routing = 원격 분석은 기본 제공 엔드포인트로 가고, 그곳으로 가는 것은 원격 분석뿐입니다. 디바이스 쌍 변경, 수명 주기, 연결 이벤트는 보내지 않습니다. 경로, 보강, 추가 엔드포인트, Event Grid는 없습니다.
file-upload = 파일 업로드와 그 알림은 없습니다.
scheduled-jobs = 여러 디바이스에 대한 작업(job)은 없습니다. `devices.jobs` 쿼리와 레지스트리의 가져오기와 내보내기도 없습니다.
configurations = 자동 디바이스 관리, 곧 구성과 Edge 배포는 없습니다.
digital-twins = IoT Plug and Play의 디지털 트윈 작업은 없습니다. 디바이스가 연결할 때 알리는 모델 ID는 디바이스 쌍에 `modelId`로 들어 있습니다.
mqtt-five = MQTT 5는 없습니다. MQTT 5를 쓰는 클라이언트는 지원하지 않는 프로토콜 버전이라는 CONNACK 1을 받습니다. MQTT 3.1을 쓰는 클라이언트도 마찬가지입니다.
provisioning = Device Provisioning Service와 디바이스 스트림은 없습니다. 모든 디바이스는 이 허브 하나에 등록됩니다.
management-plane = 허브의 Azure 쪽은 없습니다. 만들기와 크기 조정, 장애 조치, IP 필터와 프라이빗 엔드포인트, 메트릭, 진단 로그, 경고가 없습니다.
