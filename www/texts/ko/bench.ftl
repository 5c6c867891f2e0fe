# 실험대에서 손으로 하는 일.

shown-device = 디바이스
shown-device-missing = 레지스트리에 없어요. 레지스트리 탭에서 만들거나, 등록하는 단계를 실행하세요.
device-disabled = 비활성화됨
device-console-other = 디바이스를 켜면 출력이 여기에 나타나요.
by-hand-waiting = 진행 중…
not-json = JSON이 아니에요. 여기에 적힌 곳을 보고, 고친 다음 다시 보내세요.

tab-registry = 레지스트리
tab-twin = 디바이스 쌍
tab-query = 쿼리
tab-method = 메서드
tab-messages = 메시지

# 열의 머리글.

column-actions = 동작
column-body = 본문
column-connection = 연결
column-deliveries = 배달 횟수
column-device = 디바이스
column-expires = 만료(UTC)
column-message = 메시지 ID
column-place = 위치
column-queued = 큐 메시지
column-status = 상태
column-time = 시각(UTC)

# 디바이스의 도구.

device-tools = 손으로: 켜고, 보내고, 보고하기
device-tools-off = 원격 분석을 보내고 속성을 보고하려면 디바이스를 켜세요.
device-on = 켜기
device-off = 끄기
device-interval = 메시지 간격(초, 0이면 시킬 때만)
device-send = 원격 분석 보내기
device-body = 본문
device-properties = 속성(이름=값; …)
device-report = 속성 보고
device-reported = reported 속성(JSON)
did-device-on = 디바이스가 켜졌어요. 하는 일은 콘솔에 나와요.
did-device-off = 디바이스가 꺼졌어요.
did-device-send = 보냈어요. 허브가 메시지를 확인해 주었어요.
did-device-report = 보고했어요. 디바이스 쌍에 그 속성이 들어 있어요.

# 레지스트리 탭.

registry-create = 디바이스 만들기
registry-id = 디바이스 ID
registry-empty = 아직 디바이스가 없어요. 여기에서 만들거나, 등록하는 단계를 실행하세요.
registry-enable = 활성화
registry-disable = 비활성화
registry-delete = 삭제
registry-show = 보기
registry-more = 디바이스 { $count }개는 목록에 없어요.
fleet-start = 여러 대 켜기
fleet-stop = 여러 대 끄기
fleet-count = 디바이스 수
fleet-interval = 한 대의 메시지 간격(초)
did-registry-create = 디바이스를 등록했어요. 보기를 누르면 켤 수 있어요.
did-registry-row = 마쳤어요.
did-fleet-start = 여러 대를 켰어요. 디바이스의 이름은 fleet-0001부터 차례로 붙어요.
did-fleet-stop = 여러 대를 끄고 레지스트리에서 지웠어요.

# 디바이스 쌍 탭.

twin-how = 보내는 것은 디바이스 쌍에 합쳐져요. 적힌 멤버는 바뀌고, null인 멤버는 지워지고, 나머지는 그대로 남아요.
twin-tags = 태그
twin-desired = desired 속성
twin-send = 패치 보내기
twin-read = 다시 읽기
twin-force = ETag 없이 보내기
twin-etag = ETag { $etag } · 버전 { $version }
twin-gone = “{ $device }” 디바이스가 없어졌어요. 디바이스 쌍에 입력한 내용은 버릴 때까지 남아 있어요.
twin-discard = 버리기
twin-changed = 입력을 시작한 뒤로 디바이스 쌍이 바뀌었어요. 허브가 이 패치를 거절할 거예요. 다시 읽거나 ETag 없이 보내세요.
twin-reported = reported 속성, 버전 { $version }
twin-reported-label = reported 속성
did-twin-send = 패치가 디바이스 쌍에 들어갔어요.
did-twin-read = 읽었어요. 지금 허브에 있는 디바이스 쌍이에요.

# 쿼리 탭.

query = 쿼리 실행
query-text = 쿼리
query-page-size = 페이지당 행
query-next = 다음 페이지
query-view = 결과 보기 방식
query-view-table = 표
query-view-json = JSON
query-result = 결과의 행
query-empty = 쿼리를 실행하면 행이 여기에 나타나요.
query-mistake = 틀린 곳을 표시한 쿼리
query-example-connected = 예: 연결된 디바이스
query-example-count = 예: 상태별 디바이스 수
query-lag = 쿼리 지연(초)
query-lag-set = 지연 정하기
query-lag-why = Azure에서는 변경한 것이 조금 뒤에야 쿼리에 나타나요. 여기에서 지연을 정하면 같은 일을 볼 수 있어요.
did-query = { $count ->
    [0] 쿼리에 맞는 행이 없어요.
   *[other] { $count }행이에요.
}

# 메서드 탭.

method = 메서드 호출
method-name = 메서드
method-payload = 페이로드(JSON, 비우면 없음)
method-response-timeout = 응답 제한 시간(초)
method-connect-timeout = 연결 제한 시간(초)
method-timeouts = 연결 제한 시간이 응답 제한 시간보다 길면 허브가 거절해요. 응답 제한 시간보다 길지 않게 하세요.
method-result = 디바이스가 답한 페이로드
did-method = 디바이스가 { $status } 상태로 답했어요.

# 메시지 탭.

message-send = 메시지 보내기
message-id = 메시지 ID(비우면 없음)
message-ack = 피드백
message-ack-none = 없음(none)
message-ack-positive = 성공만(positive)
message-ack-negative = 실패만(negative)
message-ack-full = 모두(full)
message-expires = 만료까지(초, 비워도 됨)
message-properties = 속성(이름=값; …)
message-body = 본문
message-purge = 큐 비우기
queue = 디바이스의 큐
queue-empty = 이 디바이스를 기다리는 메시지가 없어요.
queue-waiting = 기다리는 중
queue-locked = 디바이스에 있음
feedback = 피드백
feedback-receive = 받기
did-send = { $id } 메시지가 디바이스의 큐에 들어갔어요.
did-send-unnamed = 메시지가 디바이스의 큐에 들어갔어요.
did-purge = { $count ->
    [0] 큐가 비어 있었어요.
   *[other] 메시지 { $count }개를 지웠어요.
}
did-feedback = { $count ->
    [0] 기다리는 피드백이 없어요. 허브는 피드백을 잠시 모아요. 다음 사건으로 건너뛴 다음 다시 받으세요.
   *[other] 레코드 { $count }개를 받아서 완료했어요.
}
