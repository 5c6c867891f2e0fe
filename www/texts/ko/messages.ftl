# 3번 수업: 클라우드에서 디바이스로 메시지 보내기.

messages-prepare-action = 디바이스 준비
messages-receive-action = 디바이스 시작
messages-send-action = 메시지 보내기
messages-queue-action = 디바이스가 꺼진 동안 보내기
messages-deliver-action = 디바이스 켜기
messages-expire-action = TTL을 정해서 보내기
messages-limit-action = 큐 채우기

# 아직 아무 일도 일어나지 않은 자리에 있는 말.

messages-empty-registry = 아직 디바이스가 없어요. 1단계에서 첫 디바이스를 등록해요.
messages-empty-device-console = 디바이스 프로그램의 출력이 여기에 나타나요. 2단계부터 볼 수 있어요.
messages-empty-cloud-console = 클라우드 프로그램의 출력이 여기에 나타나요. 1단계부터 볼 수 있어요.
messages-empty-wire = 오가는 패킷과 요청이 모두 여기에 나타나요. 1단계에서 첫 요청을, 2단계에서 첫 패킷을, 3단계에서 첫 메시지를 보내요.
messages-empty-events = 이 수업에는 이벤트가 없어요. 이벤트는 디바이스에서 클라우드로 가는 원격 분석인데, 여기서는 메시지가 반대쪽으로 가요.

# 확인할 때 찾는 것과 볼 수 있는 것.

check-messages-receive-looked-for = { $device } 디바이스가 연결되어 있고 자기 메시지를 구독했는지 확인했어요.
check-messages-receive-saw = { $device } 디바이스가 연결되어 메시지를 기다리고 있어요.
check-messages-receive-offline = { $device } 디바이스가 연결되어 있지 않아요.
check-messages-receive-deaf = { $device } 디바이스가 연결되어 있지만 자기 메시지를 구독하지 않았어요.

check-messages-send-looked-for = { $device } 디바이스로 보낸 메시지가 있는지, 큐가 비었는지, 피드백이 Success인지 확인했어요.
check-messages-send-saw = 메시지가 큐에서 나갔고, 피드백은 Success예요.
check-messages-send-none = { $device } 디바이스로 아무도 메시지를 보내지 않았어요.
check-messages-send-refused = 허브가 메시지를 받지 않았어요. 허브의 답: { $reason }. 큐가 가득 찼다면 먼저 디바이스를 켜세요.
check-messages-send-waiting = { $device } 디바이스의 큐에 메시지 { $count }개가 기다리고 있어요. 디바이스가 가져가야 해요.
check-messages-send-no-feedback = 메시지가 큐에서 나갔지만 피드백은 아직 읽지 않았어요. 허브는 피드백을 15초까지 모아요.
check-messages-send-other = 메시지의 피드백이 Success가 아니라 { $reason } 상태예요. 디바이스를 시작하고 하나 더 보내세요.

check-messages-queue-looked-for = { $device } 디바이스의 연결이 끊어져 있고 큐에 메시지가 있는지 확인했어요.
check-messages-queue-saw = { $device } 디바이스가 꺼져 있고, 큐에 메시지 { $count }개가 기다리고 있어요.
check-messages-queue-online = 허브에는 아직 { $device } 디바이스가 연결된 것으로 나와요. 케이블이 뽑혀 있다면 허브는 90초 뒤에 알아차려요.
check-messages-queue-empty = { $device } 디바이스가 꺼져 있지만 기다리는 메시지가 없어요. 하나 보내세요.

check-messages-deliver-looked-for = { $device } 디바이스의 큐가 비었는지, 피드백이 Success인지 확인했어요.
check-messages-deliver-saw = { $device } 디바이스의 큐가 비었고, 마지막 메시지의 피드백은 Success예요.
check-messages-deliver-offline = 메시지 { $count }개가 기다리고 있는데, { $device } 디바이스가 연결되어 있지 않아요.
check-messages-deliver-queued = { $device } 디바이스가 연결되어 있지만, 큐에 아직 메시지 { $count }개가 있어요. 디바이스가 구독하고 확인해 주어야 해요.
check-messages-deliver-no-feedback = 큐는 비었지만 피드백은 아직 읽지 않았어요. 허브는 피드백을 15초까지 모아요.
check-messages-deliver-other = 큐는 비었지만, 마지막 메시지의 피드백이 Success가 아니라 { $reason } 상태예요. 앞 단계에서 메시지를 하나 더 기다리게 하세요.

check-messages-expire-looked-for = { $device } 디바이스로 TTL을 정해서 보낸 메시지가 있는지, 그 피드백이 Expired인지 확인했어요.
check-messages-expire-saw = { $device } 디바이스가 오기 전에 메시지의 시간이 다했고, 피드백은 Expired예요.
check-messages-expire-none = { $device } 디바이스로 TTL을 정한 메시지를 아무도 보내지 않았어요.
check-messages-expire-refused = 허브가 메시지를 받지 않았어요. 허브의 답: { $reason }. 큐가 가득 찼다면 먼저 디바이스를 켜세요.
check-messages-expire-waiting = 메시지가 { $device } 디바이스를 { $seconds }초 더 기다려요. 건너뛰기를 누르거나 속도를 60×로 바꾸세요.
check-messages-expire-no-feedback = 메시지가 큐에서 나갔지만 피드백은 아직 읽지 않았어요. 허브는 피드백을 15초까지 모아요.
check-messages-expire-other = 메시지의 피드백이 Expired가 아니라 { $reason } 상태예요. 시간이 다할 때까지 디바이스가 꺼져 있어야 해요.

check-messages-limit-looked-for = { $device } 디바이스의 큐에 메시지 50개가 있는지, 허브가 하나 더 보낸 것을 403004, DeviceMaximumQueueDepthExceeded로 거절했는지 확인했어요.
check-messages-limit-saw = 메시지 { $count }개가 { $device } 디바이스를 기다리고, 하나 더 보낸 것은 허브가 403004, DeviceMaximumQueueDepthExceeded로 거절했어요.
check-messages-limit-few = { $count ->
    [0] { $device } 디바이스를 기다리는 메시지가 없어요. 큐는 50개가 되면 가득 차요.
   *[other] { $device } 디바이스를 기다리는 메시지가 { $count }개예요. 큐는 50개가 되면 가득 차요.
  }
check-messages-limit-online = { $device } 디바이스가 연결되어 메시지를 가져가므로 큐가 차지 않아요. 디바이스를 끄세요.
check-messages-limit-no-refusal = 메시지 { $count }개가 { $device } 디바이스를 기다리지만, 하나 더 보내 본 사람은 없어요.

# 설정.

setting-time-to-live-seconds = TTL(초)
