# Урок 5: когда что-то идёт не так.

faults-wrong-string-action = Дать устройству строку политики
faults-wrong-string-mend = Дать ему собственную строку
faults-wrong-key-action = Дать устройству чужой ключ
faults-wrong-key-mend = Дать ему собственный ключ
faults-disabled-action = Заблокировать устройство
faults-disabled-mend = Разблокировать его
faults-expired-token-action = Подключить со старым токеном
faults-expired-token-mend = Подключить со свежим токеном
faults-offline-action = Вызвать выключенное устройство
faults-offline-mend = Запустить его и вызвать снова
faults-conflict-action = Записать со старым etag
faults-conflict-mend = Прочитать снова и записать
faults-quota-action = Исчерпать квоту на сутки
faults-quota-mend = Дождаться следующих суток

# Что написано там, где ещё ничего не произошло.

faults-empty-registry = Устройств пока нет. Первое регистрирует шаг 1.
faults-empty-device-console = Здесь появится то, что печатает программа устройства, в том числе ошибки. Первую вызывает шаг 1.
faults-empty-cloud-console = Здесь появится то, что печатают облачные программы, в том числе ошибки. Первую вызывает шаг 5.
faults-empty-wire = Здесь появится каждый пакет и каждый запрос. Первые отправляет шаг 1.
faults-empty-events = Телеметрия появится здесь, когда программа её прочитает. В этом уроке таких программ нет.

# Что ищет каждая проверка и что она может увидеть: сначала неисправность, потом её конец.

check-faults-wrong-string-looked-for = Смотрели на текст, который получило { $device }, а потом искали соединение и сообщение с его собственной строкой.
check-faults-wrong-string-fault-saw = У устройства строка подключения политики, в ней нет DeviceId. Программа завершилась, не отправив ни байта.
check-faults-wrong-string-own = У устройства строка подключения устройства. Неисправность не проявилась.
check-faults-wrong-string-missing = У устройства вообще нет строки подключения.
check-faults-wrong-string-other = У устройства текст, который не является строкой подключения политики.
check-faults-wrong-string-not-tried = У устройства строка подключения политики, но его программа её ещё не пробовала.

check-faults-wrong-key-looked-for = Искали подключение { $device }, которое хаб отклонил из-за ключа, а потом подключение, которое он принял.
check-faults-wrong-key-fault-saw = Хаб ответил CONNACK { $code }, «нет прав». Ключ не совпадает ни с одним из двух в реестре.
check-faults-wrong-key-missing = У устройства нет строки подключения, в которой мог бы быть неверный ключ.
check-faults-wrong-key-other-device = Строка подключения устройства — не для { $device }.
check-faults-wrong-key-right = Ключ устройства — один из двух в реестре. Неисправность не проявилась.

check-faults-disabled-looked-for = Искали подключение { $device }, которое хаб отклонил из-за блокировки, а потом подключение, которое он принял.
check-faults-disabled-fault-saw = В реестре { $device } заблокировано, и хаб ответил CONNACK { $code }, «нет прав».
check-faults-disabled-unknown = Устройства { $device } нет в реестре.
check-faults-disabled-enabled = В реестре { $device } активно. Неисправность не проявилась.

check-faults-expired-token-looked-for = Искали подключение { $device }, которое хаб отклонил из-за старого токена, а потом подключение, которое он принял.
check-faults-expired-token-fault-saw = Срок токена устройства истёк, и хаб ответил CONNACK { $code }, «нет прав».
check-faults-expired-token-missing = У устройства нет строки подключения, а значит, нет и токена.
check-faults-expired-token-key = У устройства есть ключ, по которому оно делает свежие токены. Неисправность не проявилась.
check-faults-expired-token-good = Токен устройства ещё действует. Его срок скоро истечёт.

check-faults-offline-looked-for = Искали вызов { $device }, который хаб отклонил, потому что устройство выключено, а потом вызов, на который оно ответило.
check-faults-offline-fault-saw = Хаб отклонил вызов с кодом 404103, DeviceNotOnline.
check-faults-offline-none = Никто не вызывал { $device }.
check-faults-offline-answered = Устройство { $device } ответило на вызов. Неисправность не проявилась.
check-faults-offline-still = Хаб всё ещё отклоняет вызов с кодом 404103, DeviceNotOnline. Сначала запустите устройство.
check-faults-offline-mended-saw = Тот же вызов прошёл, и { $device } на него ответило.

check-faults-conflict-looked-for = Искали запись в двойник { $device }, которую хаб отклонил из-за старого etag, а потом запись, которую он принял.
check-faults-conflict-fault-saw = Хаб отклонил запись с кодом 412, PreconditionFailed: двойник изменил кто-то другой.
check-faults-conflict-none = Программа ещё не писала в двойник { $device }.
check-faults-conflict-alone = Запись прошла: за это время двойник никто не изменил. Неисправность не проявилась.
check-faults-conflict-still = Хаб отклонил последнюю запись с кодом 412, PreconditionFailed. Прочитайте снова и запишите с новым etag.
check-faults-conflict-mended-saw = Программа прочитала двойник снова, и хаб принял её запись с новым etag.

check-faults-quota-looked-for = Искали сутки с исчерпанной квотой, когда хаб отказал и { $device }, и облаку, а потом сообщение в сутки, когда квота не исчерпана.
check-faults-quota-fault-saw = Израсходовано сообщений: { $used } из { $quota }. Устройству хаб ответил CONNACK { $code }, облаку — 403002, IotHubQuotaExceeded.
check-faults-quota-off = Ограничения не действуют. Неисправность не проявилась.
check-faults-quota-left = Израсходовано сообщений: { $used } из { $quota }. Хаб принимает ещё.
check-faults-quota-not-refused = Квота на сутки исчерпана, но ни одно подключение ещё не отклонено с CONNACK { $code }.
check-faults-quota-not-called = Квота на сутки исчерпана, и хаб отказал устройству с CONNACK { $code }. Облако ещё не пробовало.
check-faults-quota-used-up = Квота на сутки всё ещё исчерпана: { $used } из { $quota }.
check-faults-quota-on = Сообщение { $device } дошло в новые сутки. Ограничения всё ещё действуют.
check-faults-quota-mended-saw = Начались новые сутки, сообщение { $device } дошло, и ограничения снова выключены.

# Что могут увидеть несколько шагов.

check-faults-mended-saw = Устройство { $device } подключилось со своей строкой, и его сообщение есть в хабе.
check-faults-not-tried = С последнего запуска программы { $device } не пробовало подключиться.
check-faults-let-in = Хаб принял подключение. Неисправность не проявилась.
check-faults-silent = Хаб принял подключение, но сообщения { $device } по нему ещё нет.
check-faults-refused = Хаб отклонил последнее подключение { $device } с CONNACK { $code }.
check-faults-other-code = Хаб отклонил подключение, но с CONNACK { $code }.
check-faults-other-refusal = Хаб отказал по другой причине: { $reason }.
check-faults-unanswered = Хаб ещё не ответил.
