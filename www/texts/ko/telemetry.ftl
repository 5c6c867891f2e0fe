# 1번 수업: 디바이스를 연결하고 원격 분석 보내기.

telemetry-register-action = 디바이스 등록
telemetry-hand-over-action = 연결 문자열 전달
telemetry-send-action = 첫 메시지 보내기
telemetry-read-action = 이벤트 읽기
telemetry-unplug-action = 케이블 뽑기
telemetry-retry-action = 재시도 정책과 함께 실행

# 확인할 때 찾는 것과 볼 수 있는 것.

check-registered-looked-for = 허브의 ID 레지스트리에 { $device } 디바이스가 활성화되어 있는지 확인했어요.
check-registered-saw = 레지스트리에 { $device } 디바이스가 있고, 활성화되어 있으며, 키가 두 개예요.
check-registered-empty = 레지스트리가 비어 있어요.
check-registered-others = 레지스트리에 디바이스가 { $count }개 있지만, { $device } 디바이스는 없어요.
check-registered-disabled = 레지스트리에 { $device } 디바이스가 있지만 비활성화되어 있어요.

check-handed-over-looked-for = 디바이스의 연결 문자열을 레지스트리의 { $device } 항목과 비교했어요.
check-handed-over-saw = 디바이스가 { $device } 디바이스용 문자열을 가지고 있고, 그 키는 레지스트리의 두 키 가운데 하나예요.
check-handed-over-missing = 디바이스에 아직 연결 문자열이 없어요.
check-handed-over-unreadable = 디바이스가 가진 글은 디바이스 연결 문자열이 아니에요.
check-handed-over-host = 디바이스의 문자열에 적힌 허브는 { $host } 허브예요. 이 페이지의 허브가 아니에요.
check-handed-over-unknown = 디바이스의 문자열에 적힌 { $device } 디바이스는 레지스트리에 없어요.
check-handed-over-key = 디바이스의 문자열에 { $device } 디바이스가 적혀 있지만, 키가 레지스트리의 두 키 가운데 어느 것과도 달라요.

check-sent-looked-for = 허브의 파티션에 { $device } 디바이스가 windSpeed 값을 담아 보낸 메시지가 있는지 확인했어요.
check-sent-saw = { $partition }번 파티션에 { $device } 디바이스의 메시지가 { $count }개 있어요. 가장 새로운 메시지에는 windSpeed 값 { $wind } m/s가 들어 있어요.
check-sent-none = 파티션에 { $device } 디바이스의 메시지가 없어요.
check-sent-no-wind = 파티션에 { $device } 디바이스의 메시지가 있지만, windSpeed라는 숫자가 든 메시지는 없어요.

check-read-looked-for = 읽는 프로그램이 { $device } 디바이스의 이벤트를 세 개 받았는지 확인했어요.
check-read-saw = 읽는 프로그램이 { $device } 디바이스의 이벤트를 { $count }개 받았어요.
check-read-few = { $count ->
    [0] 읽는 프로그램이 { $device } 디바이스의 이벤트를 아직 하나도 받지 못했어요.
   *[other] 읽는 프로그램이 지금까지 { $device } 디바이스의 이벤트를 { $count }개 받았어요.
  }

check-unplugged-looked-for = { $device } 디바이스의 연결이 끊어졌는지, 그 때문에 프로그램이 끝났는지 확인했어요.
check-unplugged-saw = 허브에 { $device } 디바이스가 연결 끊김으로 나오고, 프로그램은 오류로 끝났어요.
check-unplugged-connected = 허브에는 아직 { $device } 디바이스가 연결된 것으로 나와요.
check-unplugged-running = { $device } 디바이스의 케이블이 뽑혔지만 프로그램은 아직 실패하지 않았어요. 다음 메시지에서 실패해요.
check-unplugged-not-pulled = { $device } 디바이스가 연결되어 있지 않아요. 연결되어 있는 동안 케이블이 뽑힌 적도 없어요.

check-retried-looked-for = { $device } 디바이스가 연결을 잃고, 스스로 돌아와서, 메시지를 하나 더 보냈는지 확인했어요.
check-retried-saw = { $device } 디바이스가 스스로 돌아왔고, 그 뒤로 메시지를 { $count }개 보냈어요.
check-retried-not-lost = 프로그램이 시작된 뒤로 { $device } 디바이스의 연결이 끊어진 적이 없어요.
check-retried-away = { $device } 디바이스의 연결이 끊어졌고 아직 돌아오지 않았어요.
check-retried-silent = { $device } 디바이스가 돌아왔지만, 그 뒤로 아무것도 보내지 않았어요.

# 설정.

setting-device-id = 디바이스 ID
setting-average-wind-speed = 평균 풍속(m/s)
setting-interval-seconds = 메시지 간격(초)

setting-device-id-wrong = “{ $value }” 값은 디바이스 ID로 쓸 수 없어요. 영문자와 숫자, 그리고 - . % _ # * ? ! ( ) , : = @ $ ' 기호로 1자에서 128자까지, 공백 없이 쓰세요.
setting-number-wrong = “{ $value }” 값은 { $least }에서 { $most }까지의 숫자가 아니에요. 예를 들어 { $default } 같은 숫자를 넣으세요.

# 명령을 실행하지 못한 까닭.

refused-unknown-step = “{ $lesson }” 수업에 “{ $step }” 단계가 없어요. 목록에서 고르세요.
refused-no-step = 열려 있는 단계가 없어요. 먼저 목록에서 하나를 고르세요.
refused-no-device = 실험대에 “{ $device }” 디바이스가 없어요. 먼저 등록하세요.
refused-solve-fleet = 플릿이 켜져 있는 동안에는 단계를 풀 수 없어요. 메시지가 너무 많아요. 먼저 플릿을 멈추세요.
refused-speed = 시계는 { $factor }배로 갈 수 없어요. 0.1에서 3,600 사이의 배수를 고르세요.
refused-query-lag = 쿼리를 { $seconds }초 지연시킬 수 없어요. 0초에서 { $most }초까지 고르세요.

# 디바이스의 연결 문자열 칸에 든 글이 잘못된 까닭.

device-string-wrong = 디바이스 연결 문자열이 아니에요. HostName, DeviceId, SharedAccessKey를 세미콜론으로 이어야 해요.
