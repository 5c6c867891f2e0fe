# 4번 수업: 디바이스 쌍과 쿼리.

twins-prepare-action = 디바이스 등록하고 문자열 전달
twins-tag-action = 태그 달고 쿼리
twins-report-action = 디바이스 시작
twins-again-action = 다시 쿼리
twins-conflict-action = 오래된 ETag로 쓰기
twins-lag-action = 너무 일찍 쿼리

# 확인할 때 찾는 것과 볼 수 있는 것.

check-twins-tag-looked-for = { $device } 디바이스 쌍에 plant와 power_level이 있는지, 프로그램의 두 쿼리가 무엇을 가져왔는지 확인했어요.
check-twins-tag-saw = 디바이스 쌍에 둘 다 있어요. 첫 번째 쿼리는 { $device } 디바이스를 찾았고, 두 번째는 아무것도 찾지 못했어요. 디바이스가 아직 보고하지 않았으니까요.
check-twins-tag-unknown = 레지스트리에 { $device } 디바이스가 없으니 디바이스 쌍도 없어요. 먼저 등록하세요.
check-twins-tag-untagged = 디바이스 쌍의 태그 location.plant가 달라요. 있어야 할 값: { $plant }, 지금 값: { $found }.
check-twins-tag-level = 디바이스 쌍의 desired 속성 power_level이 달라요. 있어야 할 값: { $level }, 지금 값: { $found }.
check-twins-tag-not-found = 디바이스 쌍에 태그가 있지만, { $plant } 쿼리가 { $device } 디바이스를 가져오지 않았어요.
check-twins-tag-reported-saw = 디바이스 쌍에 둘 다 있고, 두 쿼리가 모두 { $device } 디바이스를 찾았어요. 이미 보고했다는 뜻이에요. 이 페이지 안의 허브에서 단계를 초기화하면 두 번째 쿼리가 아무것도 찾지 못하는 것을 볼 수 있어요.

check-twins-query-none = 프로그램이 아직 두 쿼리를 모두 보내지는 않았어요.
check-twins-query-unanswered = 쿼리가 진행 중이고, 허브는 아직 답하지 않았어요.
check-twins-query-refused = 허브가 쿼리를 거절했어요. 허브의 답: { $reason }.

check-twins-report-looked-for = { $device } 디바이스 쌍에 보고된 connectivity가 있는지, 디바이스가 변경을 구독하는지 확인했어요.
check-twins-report-saw = 디바이스 쌍을 보면 { $device } 디바이스는 cellular로 연결되어 있고, desired 속성의 변경을 구독하고 있어요.
check-twins-report-nothing = { $device } 디바이스가 connectivity를 보고하지 않았어요.
check-twins-report-other = { $device } 디바이스가 보고한 connectivity가 "cellular"가 아니에요. 지금 값: { $value }.
check-twins-report-offline = { $device } 디바이스가 보고했지만 지금은 연결되어 있지 않아요. 디바이스의 프로그램을 시작하세요.
check-twins-report-deaf = { $device } 디바이스가 보고했지만 desired 속성의 변경을 구독하지 않았어요.

check-twins-again-looked-for = 두 쿼리가 { $device } 디바이스를 찾았는지, 새 power_level을 알리는 메시지가 디바이스에 갔는지 확인했어요.
check-twins-again-saw = 두 쿼리가 모두 { $device } 디바이스를 찾았고, 허브가 디바이스에 변경을 알렸어요.
check-twins-again-not-found = cellular를 찾는 쿼리가 { $device } 디바이스를 가져오지 않았어요. 먼저 디바이스가 보고하게 하세요.
check-twins-again-not-told = 두 쿼리가 모두 { $device } 디바이스를 찾았지만, 허브가 변경을 알릴 상대가 없었어요. 먼저 디바이스를 시작하세요.

check-twins-conflict-looked-for = { $device } 디바이스 쌍에 쓰려다 허브가 412로 거절한 요청이 있는지, 그 뒤에 성공한 쓰기가 있는지 확인했어요.
check-twins-conflict-saw = 허브가 쓰기를 412, PreconditionFailed로 거절했고, 새 ETag로 다시 쓴 것은 받아들였어요.
check-twins-conflict-none = 아직 아무도 디바이스 쌍에 쓰지 않았어요.
check-twins-conflict-went-through = 가장 새로운 쓰기가 받아들여졌어요. 그사이에 디바이스 쌍을 바꾼 사람이 없었어요.
check-twins-conflict-not-mended = 허브가 쓰기를 412, PreconditionFailed로 거절했어요. 새 ETag로 다시 시도한 사람은 아직 없어요.
check-twins-conflict-refused = 허브가 가장 새로운 쓰기를 다른 까닭으로 거절했어요. 허브의 답: { $reason }.
check-twins-conflict-unanswered = 쓰기가 진행 중이고, 허브는 아직 답하지 않았어요.

check-twins-lag-looked-for = { $device } 디바이스의 변경을 아직 찾지 못한 쿼리와 나중에 찾은 쿼리가 있는지, 지연이 다시 꺼졌는지 확인했어요.
check-twins-lag-saw = 첫 번째 쿼리는 아무것도 찾지 못했고, { $count }번째 쿼리가 { $device } 디바이스를 찾았어요. 지연은 다시 꺼졌어요.
check-twins-lag-none = 변경을 찾는 쿼리를 아직 아무도 보내지 않았어요.
check-twins-lag-too-early = 쿼리를 { $count }번 보냈지만 변경을 아직 찾지 못했어요. 너무 일렀어요.
check-twins-lag-on = 쿼리가 한 번은 너무 일렀고 그다음에는 변경을 찾았지만, 허브의 쿼리 지연이 아직 켜져 있어요.
check-twins-lag-at-once = 첫 번째 쿼리가 { $device } 디바이스를 바로 찾았어요. 허브의 쿼리 지연이 꺼져 있어요. 버튼을 다시 누르세요.

# 설정.

setting-plant = 공장(plant)
setting-power-level = 전력 수준(power_level)

setting-name-wrong = “{ $value }” 값은 여기에서 쓸 수 없어요. 영문자와 숫자, 그리고 - . _ 기호로 1자에서 { $most }자까지 공백 없이 쓰세요. 예: { $default }.

# What the empty places of the bench say.

twins-empty-registry = 아직 디바이스가 없어요. 1단계에서 등록해요.
twins-empty-device-console = 디바이스 프로그램의 출력이 3단계부터 여기에 나타나요.
twins-empty-cloud-console = 클라우드 프로그램의 출력이 1단계부터 여기에 나타나요.
twins-empty-wire = 오가는 패킷과 요청이 모두 여기에 나타나요. 첫 번째는 1단계에서 생겨요.
twins-empty-events = 이 수업에서는 원격 분석을 보내지 않아요. 보고 싶으면 디바이스를 손으로 켜 보세요.
