# 연결 문자열 진단 페이지.

doctor-title = 연결 문자열 진단
doctor-lead = 연결 문자열이나 SAS 토큰을 붙여 넣으세요. 무엇인지, 무엇이 잘못되었는지, 어디에 써야 하는지 알 수 있어요.
doctor-promise = 글은 이 페이지 안에만 있어요. 어디로 보내거나 저장하지 않고, 페이지를 떠나면 사라져요.
doctor-field = 연결 문자열 또는 SAS 토큰
doctor-placeholder = HostName=…;DeviceId=…;SharedAccessKey=…
doctor-clear = 지우기
doctor-diagnosis = 진단 결과
doctor-ask = 어떤 문자열인지 진단하기
doctor-parts = 들어 있는 부분
doctor-rights = 이 정책에 보통 있는 권한:
doctor-nothing-wrong = 형식에는 잘못이 없어요. 키가 맞는지는 허브만 알 수 있어요.

# 무엇인지.

doctor-kind-service = IoT 허브의 서비스 연결 문자열
doctor-kind-device = 디바이스 연결 문자열
doctor-kind-module = 모듈 연결 문자열
doctor-kind-event-hubs = Event Hubs 호환 연결 문자열
doctor-kind-sas-token = 연결 문자열이 아니라 SAS 토큰
doctor-kind-unknown = 연결 문자열도 SAS 토큰도 아님

# 어디에 써야 하는지.

doctor-belongs-service = 디바이스를 관리하거나 디바이스로 보내는 클라우드의 프로그램에 쓰세요. 디바이스에는 절대로 넣지 마세요. 허브 전체가 열려요.
doctor-belongs-device = 이 디바이스에만 쓰고, 다른 곳에는 쓰지 마세요. 디바이스가 이것으로 연결해요.
doctor-belongs-module = 그 디바이스의 이 모듈에만 쓰고, 다른 곳에는 쓰지 마세요.
doctor-belongs-event-hubs = Event Hubs 클라이언트로 허브의 이벤트를 읽는 클라우드의 프로그램에 쓰세요.
doctor-belongs-sas-token = 만료될 때까지 MQTT 연결의 암호나 요청의 Authorization 헤더에 쓰세요. 연결 문자열을 요구하는 클라이언트는 이것을 쓸 수 없어요.
doctor-belongs-unknown = 원래 있던 곳에서 글 전체를 다시 복사하세요. 연결 문자열은 HostName=… 같은 부분을 세미콜론으로 이은 것이에요.
