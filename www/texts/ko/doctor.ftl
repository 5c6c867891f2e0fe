# 연결 문자열 진단이 찾아내는 것. 무엇이 잘못되었고 무엇을 해야 하는지 말한다.

doctor-empty = 글이 없어요. 원래 있던 곳에서 연결 문자열을 복사해 여기에 붙여 넣으세요.
doctor-too-long = 글이 { $argument }바이트보다 길어요. 연결 문자열 하나만 붙여 넣으세요.
doctor-quotes = 따옴표로 둘러싸여 있어요. 스스로 따옴표를 붙이는 프로그램은 이 따옴표를 문자열의 일부로 읽어요. 따옴표를 빼세요.
doctor-blanks = { $argument } 부분의 안이나 옆에 공백이나 줄바꿈이 있어요. 복사할 때 흔히 끼어들어요. 빼세요.
doctor-not-name-value = { $argument }번째 부분에 등호가 없어요. 각 부분은 Name=value 모양이고, 그 사이에 세미콜론이 있어요. 글 전체를 다시 복사하세요.
doctor-unknown-part = 연결 문자열에는 { $argument } 부분이 없어요. 철자를 확인하거나 그 부분을 빼세요.
doctor-duplicate-part = { $argument } 부분이 두 번 넘게 나와요. 하나만 남기고, 연결 문자열을 하나만 붙여 넣으세요.
doctor-empty-part = { $argument } 부분에 값이 없어요. 모든 값이 들어 있도록 글을 다시 복사하세요.
doctor-left-in-braces = { $argument } 부분에 중괄호나 꺾쇠괄호로 묶은 자리 표시자가 남아 있어요. 괄호 없이 실제 값을 넣으세요.
doctor-no-kind = 디바이스의 문자열에 있는 DeviceId도, 서비스 프로그램의 문자열에 있는 SharedAccessKeyName도 없어요. 문자열 전체를 다시 복사하세요.
doctor-missing-part = { $argument } 부분이 빠져 있어요. 넣거나, 문자열 전체를 다시 복사하세요.
doctor-part-of-another-kind = { $argument } 부분은 이 종류의 문자열에 들어가지 않아요. 빼거나, 그 부분이 있는 문자열을 복사하세요.
doctor-more-than-one-proof = { $argument } 부분 말고도 신원을 증명하는 부분이 또 있어요. SharedAccessKey, SharedAccessSignature, x509 가운데 하나만 남기세요.
doctor-bad-id = { $argument } 부분에 ID로 쓸 수 없는 문자가 있어요. 레지스트리에 나오는 ID를 쓰세요. ID에는 영문자와 숫자와 몇 가지 기호만 있고 공백은 없어요.
doctor-key-not-base64 = { $argument } 부분이 Base64가 아니므로 키가 아니에요. 키를 맨 끝까지 다시 복사하세요. 끝에 있는 등호도 키의 일부예요.
doctor-key-length = 키가 { $argument }바이트예요. 키는 16바이트에서 64바이트까지예요. 일부가 빠졌거나 다른 것을 붙여 넣었어요. 다시 복사하세요.
doctor-bad-token = { $argument } 부분은 읽을 수 있는 SAS 토큰이 아니에요. 토큰에는 sr, sig, se가 한 번씩 있어요. 다시 복사하거나 새로 만드세요.
doctor-token-without = SAS 토큰에 { $argument } 부분이 없어요. 토큰 전체를 다시 복사하거나 새로 만드세요.
doctor-expired = SAS 토큰이 만료되었어요. 만료 시각: { $argument }. 새로 만드세요.
doctor-bad-host = { $argument } 값은 호스트의 이름이 아니에요. 허브의 이름은 contoso.azure-devices.net처럼 생겼어요.
doctor-host-without-dot = { $argument } 값은 호스트 이름의 첫 낱말뿐이에요. { $argument }.azure-devices.net처럼 전체를 쓰세요.
doctor-address-for-host = { $argument } 값은 주소예요. https://와 슬래시 없이 호스트의 이름만 쓰세요.
doctor-other-cloud = { $argument } 허브는 공용 클라우드가 아닌 다른 클라우드에 있어요. 여러분의 허브가 거기에 있다면 맞아요. 도구도 그 클라우드에 로그인하세요.
doctor-unknown-host = { $argument } 값은 허브의 이름과 달리 azure-devices.net으로 끝나지 않아요. 에지 디바이스나 에뮬레이터의 이름이 아니라면 확인하세요.
doctor-endpoint-for-host = { $argument } 값은 Event Hubs 호환 엔드포인트의 주소예요. 여기에는 허브 자신의 이름이 들어가야 해요. HostName= 뒤에 azure-devices.net으로 끝나는 이름을 쓰세요.
doctor-bad-value = { $argument } 부분에 있을 수 없는 값이 있어요. 문자열을 다시 복사하세요.
doctor-wrong-kind = 다른 종류의 연결 문자열({ $argument })이에요. 디바이스에는 DeviceId 부분이 있는 자기 문자열이 필요해요.
doctor-other-hub = { $argument } 허브의 문자열이고, 실험대의 허브는 달라요. 이 페이지의 레지스트리에 있는 디바이스에서 문자열을 복사하세요.
doctor-other-device = { $argument } 디바이스의 문자열이에요. 디바이스마다 자기 문자열이 있으니, 이 디바이스의 것을 복사하세요.
