# Урок 2: управлять устройством с помощью прямых методов.

methods-register-action = Зарегистрировать устройство
methods-strings-action = Передать строку устройства
methods-listen-action = Запустить устройство
methods-call-action = Вызвать метод
methods-refuse-action = Сделать два неудачных вызова
methods-offline-action = Вызвать выключенное устройство

# Что написано там, где ещё ничего не произошло.

methods-empty-registry = Устройств пока нет. Первое регистрирует шаг 1.
methods-empty-device-console = Здесь появится то, что печатает программа устройства, начиная с шага 3.
methods-empty-cloud-console = Здесь появится то, что печатают облачные программы, начиная с шага 1.
methods-empty-wire = Здесь появится каждый пакет и каждый запрос. Шаг 1 отправляет первый запрос, шаг 3 — первые пакеты, шаг 4 делает первый вызов.
methods-empty-events = События появятся здесь, когда дойдут до хаба. Их отправляет устройство, которое включает шаг 3.

# Что ищет каждая проверка и что она может увидеть.

check-methods-listen-looked-for = Проверили, подключено ли { $device }, подписано ли на прямые методы и отправляет ли данные примерно раз в секунду.
check-methods-listen-saw = Устройство { $device } подключено, ждёт вызовов и отправляет данные каждые { $seconds } с.
check-methods-listen-offline = Устройство { $device } не подключено.
check-methods-listen-deaf = Устройство { $device } подключено, но не подписалось на прямые методы.
check-methods-listen-quiet = Устройство { $device } ждёт вызовов, но с момента подключения ещё не отправило двух сообщений.
check-methods-listen-pace = Устройство { $device } ждёт вызовов, но между двумя последними сообщениями прошло { $seconds } с, а не 1 с. Запустите его снова.

check-methods-call-looked-for = Искали вызов { $method }, на который { $device } ответило 200, и два сообщения после него с тем промежутком, который задан в вызове.
check-methods-call-saw = Устройство { $device } ответило 200, и между двумя последними сообщениями прошло { $seconds } с.
check-methods-call-none = Никто не вызывал методы устройства { $device }.
check-methods-call-unanswered = Метод { $name } вызван, но { $device } ещё не ответило.
check-methods-call-refused = Хаб не передал вызов { $name } устройству { $device }, а ответил { $reason }.
check-methods-call-other = Вызван метод { $name }, и { $device } ответило { $status }. Вызовите { $method }.
check-methods-call-status = На вызов { $name } устройство { $device } ответило { $status }, а не 200. Передайте ему число секунд от 1 до 600.
check-methods-call-no-number = Устройство { $device } ответило 200 на полезную нагрузку { $payload }, а это не число секунд.
check-methods-call-gone = Устройство { $device } ответило 200, но больше не подключено.
check-methods-call-wait = Устройство { $device } ответило 200, но двух сообщений с тех пор не отправило. Второе уходит через { $wanted } с после первого.
check-methods-call-pace = Устройство { $device } ответило 200, но между двумя последними сообщениями по-прежнему { $seconds } с, а не { $wanted } с.

check-methods-refuse-looked-for = Искали вызов, на который { $device } ответило 400, и вызов, на который оно ответило 404.
check-methods-refuse-saw = На один вызов { $device } ответило 400, на другой — 404. Код HTTP в обоих ответах — 200.
check-methods-refuse-none = Устройство { $device } пока не отказало ни разу.
check-methods-refuse-no-400 = Устройство { $device } ответило на вызов 404, но ни на один — 400. Вызовите { $method } с полезной нагрузкой, которая не является числом.
check-methods-refuse-no-404 = Устройство { $device } ответило на вызов 400, но ни на один — 404. Вызовите метод, которого у него нет.
check-methods-refuse-unanswered = Вызов идёт, но { $device } ещё не ответило.
check-methods-refuse-hub = Вызов не дошёл до устройства { $device }: хаб ответил { $reason }. Сначала запустите устройство.

check-methods-offline-looked-for = Проверили, отключилось ли { $device }, и искали вызов, который хаб отклонил с кодом 404103, DeviceNotOnline.
check-methods-offline-saw = Устройство { $device } выключено, и хаб сразу отклонил вызов с кодом 404103, DeviceNotOnline.
check-methods-offline-online = В хабе { $device } всё ещё подключено. Сначала выключите его.
check-methods-offline-none = Устройство { $device } выключено, и с тех пор его никто не вызывал.
check-methods-offline-unanswered = Устройство { $device } выключено, а хаб ещё не ответил на вызов.
check-methods-offline-other = Теперь { $device } выключено, но хаб отклонил вызов по другой причине: { $reason }.

# Настройки.

setting-method-name = Метод
setting-method-payload = Полезная нагрузка (JSON)

setting-method-name-wrong = «{ $value }» здесь не годится как имя метода. Используйте от 1 до { $most } латинских букв, цифр и знаков - . _ без пробелов, например { $default }.
setting-json-wrong = «{ $value }» — не JSON. Введите число, текст в кавычках или объект, например { $default }.
setting-json-long = { $size ->
    [one] В этом тексте { $size } байт. Введите не больше { $most }.
    [few] В этом тексте { $size } байта. Введите не больше { $most }.
    [many] В этом тексте { $size } байт. Введите не больше { $most }.
   *[other] В этом тексте { $size } байта. Введите не больше { $most }.
  }
