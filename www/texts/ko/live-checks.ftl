# 학습자 자신의 허브가 실험대에 있을 때 수업이 하는 말.

# 페이지 안의 허브와 다르게, 실제 허브에서 각 검사가 볼 수 있는 것.

check-live-not-registered = 허브가 아직 { $device } 디바이스에 대해 알려 주지 않았어요.
check-live-key-refused = 허브가 키를 받아들이지 않아서 { $device } 디바이스에 대해 아무것도 알려 주지 않아요. 무엇을 할지는 맨 위 막대의 “자세히”에 있어요.
check-live-handed-over-other = 디바이스의 연결 문자열은 { $device }의 것인데, 이 수업의 디바이스는 { $expected } 디바이스예요. { $expected }의 문자열을 붙여 넣거나 수업의 디바이스 ID를 바꾸세요.
check-live-handed-over-saw = 디바이스가 이 허브의 { $device }용 문자열을 가지고 있어요. 키가 맞는지는 연결할 때 드러나요.
check-live-sent-looked-for = 허브가 받았다고 확인한 { $device }의 메시지 가운데 windSpeed가 든 것을 찾아봤어요.
check-live-sent-saw = 허브가 { $device }의 메시지 { $count }개를 받았다고 확인했어요. 가장 새로운 메시지의 windSpeed는 { $wind }예요.
check-live-sent-none = 허브가 받았다고 확인한 { $device }의 메시지가 아직 없어요.
check-live-sent-no-wind = 허브가 { $device }의 메시지를 확인했지만, windSpeed라는 숫자가 든 것은 없어요.
check-live-still-connected = 허브는 아직 { $device } 디바이스를 연결된 상태로 보여 줘요. Azure의 허브가 이를 알아차리고 알려 주기까지 몇 분 걸릴 수 있어요. 검사는 계속 지켜봐요.
check-live-expire-waiting = 메시지는 앞으로 { $seconds }초 동안 { $device } 디바이스를 기다려요. 실제 허브의 시계는 아무도 앞당길 수 없으니 함께 기다리세요.
check-live-expire-no-feedback = 메시지의 시간이 끝났지만 피드백은 아직 읽지 못했어요. 실제 허브는 피드백을 보내는 데 1분쯤 걸릴 수 있어요.
check-live-limit-saw = { $device }의 큐 50자리가 가득 차서 허브가 메시지를 거절했어요.
check-live-query-late = 쿼리가 아직 { $device } 디바이스를 찾지 못했어요. 실제 허브의 쿼리는 몇 초, 때로는 1분쯤 늦어요. 조금 기다렸다가 다시 실행하세요.

# 학습자가 직접 볼 것.

confirmed-by-hand = 직접 보고 확인했어요.

to-confirm-bench = 이 일을 바로, 비용 없이 할 수 있는 것은 이 페이지 안의 허브뿐이라서, 여러분의 허브에는 묻지 않아요.
to-confirm-device-string = 디바이스의 연결 문자열을 넣었어요. 이것으로 페이지는 그 디바이스가 될 수 있지만 클라우드 쪽은 볼 수 없어요.
to-confirm-no-relay = 여기에는 허브의 REST API가 필요한데, 페이지는 그것을 직접 호출할 수 없고 대신해 줄 중계도 없어요.
to-confirm-no-right = 정책 { $policy }에는 여기에 필요한 { $right } 권한이 없어요.

to-confirm-telemetry-register = Azure Portal의 “디바이스”나 az iot hub device-identity create로 { $host }에 { $device } 디바이스를 등록하세요. 연결 문자열은 다음 단계에서 붙여 넣어요. 레지스트리에 { $device } 디바이스가 있으면 확인을 누르세요.
to-confirm-telemetry-read = { $device } 디바이스가 메시지를 보내게 하고 { $host }에서 이벤트를 읽으세요: az iot hub monitor-events --device-id { $device }. 세 개가 오면 확인을 누르세요.
to-confirm-telemetry-unplug = { $device }의 케이블이 빠졌어요. 포털이나 az iot hub device-identity show로 { $host }에서 이 디바이스를 보세요. 연결 상태가 Disconnected이면 확인을 누르세요. 몇 분 걸릴 수 있어요.
to-confirm-methods-register = Azure Portal의 “디바이스”나 az iot hub device-identity create로 { $host }에 { $device } 디바이스를 등록하세요. 연결 문자열은 다음 단계에서 붙여 넣어요. 레지스트리에 { $device } 디바이스가 있으면 확인을 누르세요.
to-confirm-methods-call = { $device } 디바이스가 여기서 기다리고 있어요. 클라우드에서 호출하세요: az iot hub invoke-device-method --device-id { $device } --method-name SetTelemetryInterval --method-payload 10. 답이 200이고 { $device } 디바이스가 10초마다 보내면 확인을 누르세요.
to-confirm-methods-refuse = { $device } 디바이스가 여기서 기다리고 있어요. 클라우드에서 SetTelemetryInterval을 텍스트 "ten"으로 호출하고, 이어서 Reboot 메서드를 호출하세요. 상태 400과 404를 보았으면 확인을 누르세요.
to-confirm-methods-offline = { $device } 디바이스가 꺼져 있어요. 클라우드에서 이 디바이스의 메서드를 호출하세요. { $host } 허브가 404103, DeviceNotOnline으로 답하면 확인을 누르세요.
to-confirm-messages-prepare = Azure Portal의 “디바이스”나 az iot hub device-identity create로 { $host }에 { $device } 디바이스를 등록하고, 연결 문자열을 디바이스의 칸에 붙여 넣으세요. 둘 다 끝나면 확인을 누르세요.
to-confirm-messages-send = { $device } 디바이스가 여기서 메시지를 받아요. 메시지를 보내세요: az iot device c2d-message send --device-id { $device } --data hello --ack full. 디바이스의 콘솔에 나타나면 확인을 누르세요.
to-confirm-messages-queue = { $device } 디바이스가 꺼져 있어요. 클라우드에서 메시지를 보내세요. { $host }의 디바이스 페이지에 기다리는 메시지가 하나라고 나오면 확인을 누르세요.
to-confirm-messages-deliver = { $device } 디바이스가 다시 켜졌어요. 기다리던 메시지가 콘솔에 나타나면 확인을 누르세요.
to-confirm-messages-expire = { $device } 디바이스가 꺼져 있어요. --expiry-time-utc를 1분 뒤로, --ack full로 메시지를 보내세요. 피드백이 Expired이면 확인을 누르세요.
to-confirm-messages-limit = { $device } 디바이스가 꺼져 있어요. { $host } 허브가 51번째를 거절할 때까지 클라우드에서 메시지를 보내세요. 403004, DeviceMaximumQueueDepthExceeded로 답했으면 확인을 누르세요.
to-confirm-twins-prepare = Azure Portal의 “디바이스”나 az iot hub device-identity create로 { $host }에 { $device } 디바이스를 등록하고, 연결 문자열을 디바이스의 칸에 붙여 넣으세요. 둘 다 끝나면 확인을 누르세요.
to-confirm-twins-tag = { $host }에서 { $device }의 디바이스 쌍을 여세요. 태그 location.plant에 { $plant }, desired 속성에 power_level을 넣으세요. 그다음 { $plant }에 있는 디바이스를 쿼리하세요. 쿼리가 { $device } 디바이스를 찾으면 확인을 누르세요.
to-confirm-twins-again = { $device } 디바이스가 여기서 기다리고 있어요. desired 속성의 power_level을 바꾸고, { $plant }에 있으면서 보고된 connectivity가 cellular인 디바이스를 쿼리하세요. 디바이스의 콘솔에 변경이 나타나고 쿼리가 { $device } 디바이스를 찾으면 확인을 누르세요.
to-confirm-twins-conflict = { $device }의 디바이스 쌍을 etag와 함께 읽고, 다른 곳에서 바꾼 다음, 옛 etag로 쓰세요: az iot hub device-twin update --etag. { $host } 허브가 412로 답했으면 확인을 누르세요.
to-confirm-twins-lag = { $device }의 태그를 바꾸고 곧바로 여러 번 쿼리하세요. { $host } 허브가 얼마나 늦는지는 허브가 정하므로, 첫 번째에 바로 찾을 수도 있어요. 쿼리가 변경을 찾으면 확인을 누르세요.
to-confirm-faults-disabled = { $host }에서 { $device } 디바이스를 사용 안 함으로 바꾸고 버튼을 누르세요. 허브가 CONNACK 5로 답해요. 그다음 다시 사용하게 하세요. 연결되면 확인을 누르세요.
to-confirm-faults-offline = { $device }의 프로그램이 멈춰 있을 때 클라우드에서 메서드를 호출하세요. { $host } 허브가 404103으로 답해요. 그다음 버튼을 누르고 다시 호출하세요. 200으로 답하면 확인을 누르세요.
to-confirm-faults-conflict = { $device }의 디바이스 쌍을 etag와 함께 읽고, 다른 곳에서 바꾼 다음, 옛 etag로 쓰세요. { $host } 허브가 412로 답해요. 그다음 다시 읽고 쓰세요. 받아들여지면 확인을 누르세요.
to-confirm-faults-quota = 다른 사람도 쓰는 허브의 하루치를 다 쓰지 마세요. 다 쓰면 { $host } 허브는 UTC 자정까지 디바이스에 CONNACK 3, 클라우드에 403002, IotHubQuotaExceeded로 답해요. 읽었으면 확인을 누르거나, 이 단계를 이 페이지 안의 허브에서 하세요.

# 명령을 수행하지 못한 까닭.

refused-no-door = 이 페이지에는 다른 허브로 가는 길이 없어요. WebSocket을 쓸 수 있는 브라우저에서 다시 여세요.
refused-live-no-way = 30초 안에 { $host } 허브로 가는 길을 찾지 못했어요. 네트워크와, 이 페이지를 제공하는 프로그램이 아직 돌고 있는지 확인하고 다시 연결하세요.
refused-live-not-loaded = 실제 허브와 통신하는 부분을 불러오지 못했어요. 네트워크를 확인한 뒤 문자열을 붙여 넣고 다시 연결하세요.
refused-not-live = 이미 이 페이지 안의 허브가 실험대에 있어요.
refused-live-leaving = 여기서 만든 디바이스를 삭제하고 있어요. 끝날 때까지 기다리세요.
refused-live-time = 실제 허브의 시계는 아무도 움직일 수 없어요. 시간을 움직이려면 허브를 떠나세요.
refused-live-query-lag = 실제 허브의 쿼리 지연은 허브가 정해요. 지연을 설정하려면 허브를 떠나세요.
refused-live-restore = 실제 허브는 자기 상태를 스스로 간직해요. 페이지 안의 허브를 이어서 쓰려면 허브를 떠나세요.
refused-live-reset = 이 페이지에서는 단계를 처음부터 다시 시작해요. { $host }에서는 아무것도 되돌리지 않았어요. { $device }와 그 디바이스 쌍, 기다리는 메시지는 그대로 있어요. 단계에서 디바이스를 사용하지 않도록 설정했다면 아직 그 상태예요. 단계의 버튼을 누르면 다시 사용할 수 있게 돼요.
refused-live-prefix = 디바이스 ID는 “{ $prefix }”로 시작할 수 없어요. 빈칸 없이 글자, 숫자, - . _ :를 { $most }자까지 쓰세요.
refused-live-event-hubs = 이것은 이벤트만 읽는 Event Hubs 호환 문자열이에요. 공유 액세스 정책이나 디바이스의 문자열을 주세요. 이 문자열은 이벤트 칸에 넣으세요.
refused-live-module = 이것은 모듈의 문자열이에요. 공유 액세스 정책이나 디바이스의 문자열을 주세요.
refused-live-certificate = 이 디바이스는 인증서로 로그인하는데, 페이지는 인증서를 보여 줄 수 없어요. 키가 있는 디바이스의 문자열을 주세요.
refused-live-gateway = 이 디바이스는 게이트웨이 { $gateway }를 거쳐 연결하는데, 페이지는 허브에 바로만 연결할 수 있어요. 문자열에서 GatewayHostName을 빼거나 다른 디바이스의 문자열을 주세요.
refused-live-string = 허브의 연결 문자열이 아니에요. HostName, 그리고 SharedAccessKeyName이나 DeviceId, 그리고 SharedAccessKey를 세미콜론으로 이어 쓰세요.
refused-live-events = Event Hubs 호환 문자열이 아니에요. 그런 문자열은 Endpoint=sb://로 시작해요. 칸을 비워 두면 이벤트가 어디 있는지 허브에 물어봐요.
refused-live-group = 소비자 그룹 이름은 “{ $group }”일 수 없어요. 글자, 숫자, - . _를 50자까지 쓰거나, 비워 두고 $Default를 쓰세요.
refused-live-no-string = 디바이스에 연결 문자열이 없고, 페이지가 허브에서 가져올 수도 없어요. 먼저 { $device }의 문자열을 디바이스의 칸에 붙여 넣으세요.
refused-live-not-deleted = 이 디바이스들은 삭제하지 못해 허브에 남아 있어요: { $devices }. { $why }
refused-nothing-to-confirm = 이 단계에는 지금 확인할 것이 없어요. 먼저 버튼을 누르세요.
