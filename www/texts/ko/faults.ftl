# 5번 수업: 문제가 생겼을 때.

faults-wrong-string-action = 디바이스에 정책의 문자열 주기
faults-wrong-string-mend = 디바이스의 문자열 주기
faults-wrong-key-action = 디바이스에 다른 디바이스의 키 주기
faults-wrong-key-mend = 디바이스의 키 주기
faults-disabled-action = 디바이스 비활성화
faults-disabled-mend = 디바이스 다시 활성화
faults-expired-token-action = 오래된 토큰으로 연결
faults-expired-token-mend = 새 토큰으로 연결
faults-offline-action = 꺼진 디바이스 호출
faults-offline-mend = 디바이스를 시작하고 다시 호출
faults-conflict-action = 오래된 ETag로 쓰기
faults-conflict-mend = 다시 읽고 쓰기
faults-quota-action = 하루 할당량 다 쓰기
faults-quota-mend = 다음 날 기다리기

# 확인할 때 찾는 것과 볼 수 있는 것. 먼저 오류, 그다음 그 끝.

check-faults-wrong-string-looked-for = { $device } 디바이스가 받은 글을 보고, 그다음 자기 문자열로 연결해서 메시지를 보냈는지 확인했어요.
check-faults-wrong-string-fault-saw = 디바이스가 가진 것은 정책의 연결 문자열이고, DeviceId가 없어요. 프로그램은 한 바이트도 보내지 못하고 끝났어요.
check-faults-wrong-string-own = 디바이스가 가진 것은 디바이스 연결 문자열이에요. 오류가 아직 나타나지 않았어요.
check-faults-wrong-string-missing = 디바이스에 연결 문자열이 아예 없어요.
check-faults-wrong-string-other = 디바이스가 가진 글은 정책의 연결 문자열이 아니에요.
check-faults-wrong-string-not-tried = 디바이스가 정책의 연결 문자열을 가지고 있지만, 프로그램이 아직 써 보지 않았어요.

check-faults-wrong-key-looked-for = { $device } 디바이스의 연결을 허브가 키 때문에 거절했는지, 그다음 받아들인 연결이 있는지 확인했어요.
check-faults-wrong-key-fault-saw = 허브가 권한이 없다는 CONNACK { $code } 코드로 답했어요. 키가 레지스트리의 두 키 가운데 어느 것과도 달라요.
check-faults-wrong-key-missing = 디바이스에 잘못된 키가 들어 있을 연결 문자열이 없어요.
check-faults-wrong-key-other-device = 디바이스의 연결 문자열이 { $device } 디바이스용이 아니에요.
check-faults-wrong-key-right = 디바이스의 키가 레지스트리의 두 키 가운데 하나예요. 오류가 아직 나타나지 않았어요.

check-faults-disabled-looked-for = { $device } 디바이스의 연결을 허브가 비활성화 때문에 거절했는지, 그다음 받아들인 연결이 있는지 확인했어요.
check-faults-disabled-fault-saw = 레지스트리에 { $device } 디바이스가 비활성화되어 있고, 허브가 권한이 없다는 CONNACK { $code } 코드로 답했어요.
check-faults-disabled-unknown = 레지스트리에 { $device } 디바이스가 없어요.
check-faults-disabled-enabled = 레지스트리에 { $device } 디바이스가 활성화되어 있어요. 오류가 아직 나타나지 않았어요.

check-faults-expired-token-looked-for = { $device } 디바이스의 연결을 허브가 오래된 토큰 때문에 거절했는지, 그다음 받아들인 연결이 있는지 확인했어요.
check-faults-expired-token-fault-saw = 디바이스의 토큰이 만료되었고, 허브가 권한이 없다는 CONNACK { $code } 코드로 답했어요.
check-faults-expired-token-missing = 디바이스에 연결 문자열이 없으니 토큰도 없어요.
check-faults-expired-token-key = 디바이스가 키를 가지고 있어서 새 토큰을 만들어요. 오류가 아직 나타나지 않았어요.
check-faults-expired-token-good = 디바이스의 토큰이 아직 유효해요. 곧 만료돼요.

check-faults-offline-looked-for = 디바이스가 꺼져 있어서 허브가 거절한 { $device } 디바이스 호출이 있는지, 그다음 디바이스가 답한 호출이 있는지 확인했어요.
check-faults-offline-fault-saw = 허브가 호출을 404103, DeviceNotOnline으로 거절했어요.
check-faults-offline-none = { $device } 디바이스를 아무도 호출하지 않았어요.
check-faults-offline-answered = { $device } 디바이스가 호출에 답했어요. 오류가 아직 나타나지 않았어요.
check-faults-offline-still = 허브가 아직도 호출을 404103, DeviceNotOnline으로 거절해요. 먼저 디바이스를 시작하세요.
check-faults-offline-mended-saw = 같은 호출이 디바이스에 닿았고, { $device } 디바이스가 답했어요.

check-faults-conflict-looked-for = 오래된 ETag 때문에 허브가 거절한 { $device } 디바이스 쌍 쓰기가 있는지, 그다음 받아들인 쓰기가 있는지 확인했어요.
check-faults-conflict-fault-saw = 허브가 쓰기를 412, PreconditionFailed로 거절했어요. 다른 누군가가 디바이스 쌍을 바꾸었어요.
check-faults-conflict-none = 프로그램이 아직 { $device } 디바이스 쌍에 쓰지 않았어요.
check-faults-conflict-alone = 쓰기가 받아들여졌어요. 그사이에 디바이스 쌍을 바꾼 사람이 없었어요. 오류가 아직 나타나지 않았어요.
check-faults-conflict-still = 허브가 가장 새로운 쓰기를 412, PreconditionFailed로 거절했어요. 다시 읽고 새 ETag로 쓰세요.
check-faults-conflict-mended-saw = 프로그램이 디바이스 쌍을 다시 읽었고, 새 ETag로 쓴 것을 허브가 받아들였어요.

check-faults-quota-looked-for = 하루 할당량을 다 써서 허브가 { $device } 디바이스와 클라우드를 거절했는지, 그다음 할당량이 남은 날에 메시지가 도착했는지 확인했어요.
check-faults-quota-fault-saw = 메시지 { $quota }개 가운데 { $used }개를 썼어요. 허브는 디바이스에 CONNACK { $code } 코드로, 클라우드에 403002, IotHubQuotaExceeded로 답했어요.
check-faults-quota-off = 한도가 적용되지 않고 있어요. 오류가 아직 나타나지 않았어요.
check-faults-quota-left = 메시지 { $quota }개 가운데 { $used }개를 썼어요. 허브는 아직 더 받아요.
check-faults-quota-not-refused = 하루 할당량을 다 썼지만, CONNACK { $code } 코드로 거절된 연결은 아직 없어요.
check-faults-quota-not-called = 하루 할당량을 다 썼고, 허브가 디바이스를 CONNACK { $code } 코드로 거절했어요. 클라우드는 아직 시도하지 않았어요.
check-faults-quota-used-up = 아직 할당량을 다 쓴 날이에요. 메시지 { $quota }개 가운데 { $used }개를 썼어요.
check-faults-quota-on = 새로운 날에 { $device } 디바이스의 메시지가 도착했어요. 한도는 아직 적용되고 있어요.
check-faults-quota-mended-saw = 새로운 날이 시작되었고, { $device } 디바이스의 메시지가 도착했고, 한도는 다시 꺼졌어요.

# 여러 단계에서 볼 수 있는 것.

check-faults-mended-saw = { $device } 디바이스가 자기 문자열로 연결했고, 허브에 그 메시지가 있어요.
check-faults-not-tried = 프로그램을 마지막으로 시작한 뒤로 { $device } 디바이스가 연결을 시도하지 않았어요.
check-faults-let-in = 허브가 연결을 받아들였어요. 오류가 아직 나타나지 않았어요.
check-faults-silent = 허브가 연결을 받아들였지만, 그 연결로 온 { $device } 디바이스의 메시지는 아직 없어요.
check-faults-refused = 허브가 { $device } 디바이스의 가장 새로운 연결을 CONNACK { $code } 코드로 거절했어요.
check-faults-other-code = 허브가 연결을 거절했지만, CONNACK { $code } 코드였어요.
check-faults-other-refusal = 허브가 다른 까닭으로 거절했어요. 허브의 답: { $reason }.
check-faults-unanswered = 허브가 아직 답하지 않았어요.

# What the empty places of the bench say.

faults-empty-registry = 아직 디바이스가 없어요. 첫 단계에서 등록해요.
faults-empty-device-console = 디바이스 프로그램의 출력이 오류까지 여기에 나타나요. 첫 번째는 1단계에서 생겨요.
faults-empty-cloud-console = 클라우드 프로그램의 출력이 오류까지 여기에 나타나요. 첫 번째는 5단계에서 생겨요.
faults-empty-wire = 오가는 패킷과 요청이 모두 여기에 나타나요. 첫 단계에서 생기기 시작해요.
faults-empty-events = 원격 분석은 프로그램이 읽을 때 여기에 나타나요. 이 수업에서는 읽지 않아요.
