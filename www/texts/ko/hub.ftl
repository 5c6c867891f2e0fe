# 실험대에 있는 허브: 이 페이지 안의 허브이거나 배우는 사람의 허브. 여기 있는 글은 모든 페이지가 쓰고, 긴 글은 live.ftl에 있다.

hub-connect = 내 허브 연결하기
hub-facts = 내 허브
hub-live = 실제 허브
hub-bar = 실제 허브
hub-metered = 메시지 { $count }개 사용
hub-metered-title = 이번 방문에서 허브의 하루 할당량 중 쓴 메시지예요. 무료 허브(F1)에는 하루 8,000개, S1 한 단위에는 400,000개가 있어요.
hub-created = 디바이스 { $count }개 만듦
hub-relay = 중계 있음
hub-no-relay = 중계 없음
hub-retry = { $seconds }초 뒤 다시 시도
hub-details = 자세히
hub-leave = 떠나기
hub-was-live = 이 탭은 내 허브에 연결되어 있었어요. 키는 메모리에만 있었기 때문에 이제 없고, 페이지는 다시 자기 안의 허브를 써요. 그 허브에 만든 디바이스는 그대로 있어요.
hub-again = 다시 연결하기
hub-words-failed = 이 창의 글을 받지 못했어요. 네트워크를 확인하고, 창을 닫았다가 다시 열어 주세요.

# 실제 허브에서 단계가 이루어지는 방식.

way-live = 실제로
way-relayed = 중계로
way-by-hand = 직접
step-to-confirm = 확인 필요
verdict-look-for = 찾아볼 것
verdict-why = 페이지가 대신 보지 못하는 까닭
confirm-step = 직접 봤고, 그대로예요
announce-to-confirm = 직접 보고 확인해 주세요. { $saw }

# 이 페이지 안의 허브만 할 수 있는 일.

only-emulated-clock = 실제 허브의 시간은 실제대로 흘러요. 시계는 이 페이지 안의 허브에서만 움직일 수 있어요.
only-emulated-lag = 실제 허브의 지연은 정할 수 없어요. 이 페이지 안의 허브에서만 정할 수 있어요.
only-emulated-fleet = 플릿을 켜면 실제 허브의 메시지를 다 써 버려요. 이 페이지 안의 허브에서만 켤 수 있어요.
refused-not-live = 이 페이지에서는 실제 허브에 닿을 수 없어요. 수업은 이 페이지 안의 허브로 계속돼요.

# 내 허브에 관한 페이지.

live-title = 내 허브로 배우기
live-lead = 이 수업은 실제 Azure IoT 허브에서도, 내 컴퓨터에서 iothub-playground 프로그램이 돌리는 허브에서도 할 수 있어요. 무엇이 되는지 수업마다 적어 두었어요.
