# 실험대에 있는 허브: 이 페이지 안의 허브이거나 배우는 사람의 허브. 여기 있는 글은 모든 페이지가 쓰고, 긴 글은 live.ftl에 있다.

hub-connect = 내 허브 연결하기
hub-facts = 내 허브
hub-live = 실제 허브
hub-not-loaded = 허브를 연결하는 부분을 불러오지 못했어요. 네트워크를 확인하고 버튼을 다시 누르세요.

# 실제 허브에서 단계가 이루어지는 방식.

way-live = 실제로
way-relayed = 중계로
way-by-hand = 직접
step-to-confirm = 확인 필요
verdict-look-for = 찾아볼 것
verdict-why = 페이지가 대신 보지 못하는 까닭
confirm-step = 확인했어요
announce-to-confirm = 직접 보고 확인해 주세요. { $saw }

# 이 페이지 안의 허브만 할 수 있는 일.

only-emulated-clock = 실제 허브의 시간은 실제대로 흘러요. 시계는 이 페이지 안의 허브에서만 움직일 수 있어요.
only-emulated-lag = 실제 허브의 지연은 정할 수 없어요. 이 페이지 안의 허브에서만 정할 수 있어요.
only-emulated-fleet = 플릿을 켜면 실제 허브의 메시지를 다 써 버려요. 이 페이지 안의 허브에서만 켤 수 있어요.

# 내 허브에 관한 페이지.

live-title = 내 허브로 배우기
