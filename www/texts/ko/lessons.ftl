# 첫 페이지와 각 페이지의 설명에 쓰이는 수업 소개.

lesson-telemetry-summary = 디바이스를 등록하고, MQTT로 연결하고, 원격 분석을 보내고 읽어요. 그런 다음 케이블을 뽑아 보며 재시도 정책이 왜 필요한지 알아봐요.
lesson-telemetry-keywords = Azure IoT Hub, MQTT, 디바이스 ID, 연결 문자열, SAS 토큰, 원격 분석, QoS 1, 연결 유지, keep-alive, 재시도 정책

lesson-methods-summary = 디바이스의 직접 메서드를 호출하고, 디바이스가 돌려준 상태를 읽어요. 꺼진 디바이스를 호출하면 허브가 왜 404103으로 답하는지도 알아봐요.
lesson-methods-keywords = Azure IoT Hub, 직접 메서드, SetTelemetryInterval, 공유 액세스 정책, 연결 문자열, 404103, DeviceNotOnline, 504101

lesson-messages-summary = 디바이스를 기다리는 메시지를 보내고, 피드백을 읽고, 메시지를 만료시키고, 50개짜리 큐를 가득 채워요.
lesson-messages-keywords = Azure IoT Hub, 클라우드-디바이스 메시지, C2D, 피드백, iothub-ack, TTL, 배달 횟수, 403004

lesson-twins-summary = 태그와 desired 속성을 쓰고, 디바이스에서 보고하고, 쿼리로 디바이스를 찾아요. ETag와 쿼리 지연도 만나요.
lesson-twins-keywords = Azure IoT Hub, 디바이스 쌍, 태그, desired 속성, reported 속성, 쿼리, ETag, If-Match, 412

lesson-faults-summary = 잘못된 키부터 다 써 버린 할당량까지, 흔한 오류 일곱 가지를 일부러 일으켜요. 허브가 하는 말을 읽고 하나씩 고쳐요.
lesson-faults-keywords = Azure IoT Hub, 문제 해결, CONNACK 5, 401, 403002, 404103, 412, 429, 할당량, 스로틀링, 지수 백오프
