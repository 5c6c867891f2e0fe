# 2번 수업: 직접 메서드로 디바이스 제어하기.

methods-register-action = 디바이스 등록
methods-strings-action = 디바이스의 문자열 전달
methods-listen-action = 디바이스 시작
methods-call-action = 메서드 호출
methods-refuse-action = 실패할 호출 두 번 하기
methods-offline-action = 꺼진 디바이스 호출

# 아직 아무 일도 일어나지 않은 자리에 있는 말.

methods-empty-registry = 아직 디바이스가 없어요. 1단계에서 첫 디바이스를 등록해요.
methods-empty-device-console = 디바이스 프로그램의 출력이 여기에 나타나요. 3단계부터 볼 수 있어요.
methods-empty-cloud-console = 클라우드 프로그램의 출력이 여기에 나타나요. 1단계부터 볼 수 있어요.
methods-empty-wire = 오가는 패킷과 요청이 모두 여기에 나타나요. 1단계에서 첫 요청을, 3단계에서 첫 패킷을, 4단계에서 첫 호출을 보내요.
methods-empty-events = 허브에 도착한 이벤트가 여기에 나타나요. 3단계에서 켜는 디바이스가 이벤트를 보내요.

# 확인할 때 찾는 것과 볼 수 있는 것.

check-methods-listen-looked-for = { $device } 디바이스가 연결되어 있는지, 직접 메서드를 구독했는지, 1초에 한 번쯤 보내는지 확인했어요.
check-methods-listen-saw = { $device } 디바이스가 연결되어 호출을 기다리고 있고, { $seconds }초마다 메시지를 보내요.
check-methods-listen-offline = { $device } 디바이스가 연결되어 있지 않아요.
check-methods-listen-deaf = { $device } 디바이스가 연결되어 있지만 직접 메서드를 구독하지 않았어요.
check-methods-listen-quiet = { $device } 디바이스가 호출을 기다리고 있지만, 연결한 뒤로 메시지를 아직 두 개 보내지 않았어요.
check-methods-listen-pace = { $device } 디바이스가 호출을 기다리고 있지만, 마지막 두 메시지의 간격이 1초가 아니라 { $seconds }초예요. 디바이스를 다시 시작하세요.

check-methods-call-looked-for = { $device } 디바이스가 { $method } 호출에 200으로 답했는지, 그 뒤에 보낸 두 메시지의 간격이 호출한 대로인지 확인했어요.
check-methods-call-saw = { $device } 디바이스가 200으로 답했고, 마지막 두 메시지의 간격은 { $seconds }초예요.
check-methods-call-none = { $device } 디바이스의 메서드를 아무도 호출하지 않았어요.
check-methods-call-unanswered = { $name } 메서드가 호출되었고, { $device } 디바이스는 아직 답하지 않았어요.
check-methods-call-refused = 허브가 { $name } 호출을 { $device } 디바이스에 전하지 않았어요. 허브의 답: { $reason }.
check-methods-call-other = { $name } 메서드가 호출되었고, { $device } 디바이스의 답은 { $status } 상태였어요. { $method } 메서드를 호출하세요.
check-methods-call-status = { $device } 디바이스가 { $name } 호출에 200이 아니라 { $status } 상태로 답했어요. 1에서 600까지의 초를 숫자로 보내세요.
check-methods-call-no-number = { $device } 디바이스가 200으로 답했지만, 페이로드 { $payload } 값은 초를 나타내는 숫자가 아니에요.
check-methods-call-gone = { $device } 디바이스가 200으로 답했지만, 지금은 연결되어 있지 않아요.
check-methods-call-wait = { $device } 디바이스가 200으로 답했지만, 그 뒤로 메시지를 아직 두 개 보내지 않았어요. 두 번째 메시지는 첫 번째보다 { $wanted }초 뒤에 나가요.
check-methods-call-pace = { $device } 디바이스가 200으로 답했지만, 마지막 두 메시지의 간격이 { $wanted }초가 아니라 여전히 { $seconds }초예요.

check-methods-refuse-looked-for = { $device } 디바이스가 400으로 답한 호출과 404로 답한 호출이 있는지 확인했어요.
check-methods-refuse-saw = { $device } 디바이스가 한 호출에는 400으로, 한 호출에는 404로 답했어요. HTTP 상태는 둘 다 200이에요.
check-methods-refuse-none = { $device } 디바이스가 거절한 호출이 아직 없어요.
check-methods-refuse-no-400 = { $device } 디바이스가 404로 답한 호출은 있지만 400으로 답한 호출은 없어요. 숫자가 아닌 페이로드로 { $method } 메서드를 호출하세요.
check-methods-refuse-no-404 = { $device } 디바이스가 400으로 답한 호출은 있지만 404로 답한 호출은 없어요. 디바이스에 없는 메서드를 호출하세요.
check-methods-refuse-unanswered = 호출이 진행 중이고, { $device } 디바이스는 아직 답하지 않았어요.
check-methods-refuse-hub = 호출이 { $device } 디바이스에 닿지 않았어요. 허브의 답: { $reason }. 먼저 디바이스를 시작하세요.

check-methods-offline-looked-for = { $device } 디바이스의 연결이 끊어져 있는지, 허브가 404103, DeviceNotOnline으로 거절한 호출이 있는지 확인했어요.
check-methods-offline-saw = { $device } 디바이스가 꺼져 있고, 허브가 호출을 404103, DeviceNotOnline으로 바로 거절했어요.
check-methods-offline-online = 허브에는 아직 { $device } 디바이스가 연결된 것으로 나와요. 먼저 디바이스를 끄세요.
check-methods-offline-none = { $device } 디바이스가 꺼져 있고, 그 뒤로 아무도 호출하지 않았어요.
check-methods-offline-unanswered = { $device } 디바이스가 꺼져 있고, 허브는 아직 호출에 답하지 않았어요.
check-methods-offline-other = { $device } 디바이스가 지금은 꺼져 있지만, 허브가 호출을 다른 까닭으로 거절했어요. 허브의 답: { $reason }.

# 설정.

setting-method-name = 메서드
setting-method-payload = 페이로드(JSON)

setting-method-name-wrong = “{ $value }” 값은 여기에서 메서드 이름으로 쓸 수 없어요. 영문자와 숫자, 그리고 - . _ 기호로 1자에서 { $most }자까지 공백 없이 쓰세요. 예: { $default }.
setting-json-wrong = “{ $value }” 값은 JSON이 아니에요. 숫자나 따옴표로 묶은 텍스트나 개체를 넣으세요. 예: { $default }.
setting-json-long = 이 글은 { $size }바이트예요. { $most }바이트까지만 넣을 수 있어요.
