# Урок 1: подключить устройство и отправить телеметрию.

telemetry-register-action = Зарегистрировать устройство
telemetry-hand-over-action = Передать строку подключения
telemetry-send-action = Отправить первое сообщение
telemetry-read-action = Прочитать события
telemetry-unplug-action = Вынуть кабель
telemetry-retry-action = Запустить с политикой повторов

# Что ищет каждая проверка и что она может увидеть.

check-registered-looked-for = Искали в реестре удостоверений хаба активное устройство { $device }.
check-registered-saw = Устройство { $device } есть в реестре: оно активно, и у него два ключа.
check-registered-empty = Реестр пуст.
check-registered-others = { $count ->
    [one] В реестре { $count } устройство, но { $device } среди них нет.
    [few] В реестре { $count } устройства, но { $device } среди них нет.
    [many] В реестре { $count } устройств, но { $device } среди них нет.
   *[other] В реестре { $count } устройства, но { $device } среди них нет.
  }
check-registered-disabled = Устройство { $device } есть в реестре, но заблокировано.

check-handed-over-looked-for = Сравнили строку подключения устройства с записью { $device } в реестре.
check-handed-over-saw = У устройства строка для { $device }, и её ключ — один из двух в реестре.
check-handed-over-missing = У устройства пока нет строки подключения.
check-handed-over-unreadable = У устройства текст, который не является строкой подключения устройства.
check-handed-over-host = В строке устройства назван хаб { $host }, а не этот.
check-handed-over-unknown = В строке устройства названо { $device }, которого нет в реестре.
check-handed-over-key = В строке устройства названо { $device }, но ключ не совпадает ни с одним из двух в реестре.

check-sent-looked-for = Искали в разделах хаба сообщение устройства { $device } с полем windSpeed.
check-sent-saw = { $count ->
    [one] В разделе { $partition } есть { $count } сообщение устройства { $device }. В последнем windSpeed { $wind }.
    [few] В разделе { $partition } есть { $count } сообщения устройства { $device }. В последнем windSpeed { $wind }.
    [many] В разделе { $partition } есть { $count } сообщений устройства { $device }. В последнем windSpeed { $wind }.
   *[other] В разделе { $partition } есть { $count } сообщения устройства { $device }. В последнем windSpeed { $wind }.
  }
check-sent-none = В разделах нет сообщений устройства { $device }.
check-sent-no-wind = В разделах есть сообщения устройства { $device }, но ни в одном нет числа windSpeed.

check-read-looked-for = Искали три события устройства { $device }, полученные программой чтения.
check-read-saw = { $count ->
    [one] Программа чтения получила { $count } событие устройства { $device }.
    [few] Программа чтения получила { $count } события устройства { $device }.
    [many] Программа чтения получила { $count } событий устройства { $device }.
   *[other] Программа чтения получила { $count } события устройства { $device }.
  }
check-read-few = { $count ->
    [0] Программа чтения ещё не получила ни одного события устройства { $device }.
    [one] Программа чтения получила пока { $count } событие устройства { $device }.
    [few] Программа чтения получила пока { $count } события устройства { $device }.
    [many] Программа чтения получила пока { $count } событий устройства { $device }.
   *[other] Программа чтения получила пока { $count } события устройства { $device }.
  }

check-unplugged-looked-for = Искали потерянное соединение устройства { $device } и программу, которая из-за этого завершилась.
check-unplugged-saw = В хабе { $device } не подключено, а программа завершилась с ошибкой.
check-unplugged-connected = В хабе { $device } всё ещё подключено.
check-unplugged-running = Кабель устройства { $device } вынут, но программа ещё не дала сбой. Это случится на следующем сообщении.
check-unplugged-not-pulled = Устройство { $device } не подключено, и, пока оно было подключено, кабель не вынимали.

check-retried-looked-for = Проверили, потеряло ли { $device } соединение, вернулось ли само и отправило ли ещё одно сообщение.
check-retried-saw = { $count ->
    [one] Устройство { $device } вернулось само и отправило с тех пор { $count } сообщение.
    [few] Устройство { $device } вернулось само и отправило с тех пор { $count } сообщения.
    [many] Устройство { $device } вернулось само и отправило с тех пор { $count } сообщений.
   *[other] Устройство { $device } вернулось само и отправило с тех пор { $count } сообщения.
  }
check-retried-not-lost = С запуска программы { $device } не теряло соединения.
check-retried-away = Устройство { $device } потеряло соединение и ещё не вернулось.
check-retried-silent = Устройство { $device } вернулось, но ничего с тех пор не отправило.

# Настройки.

setting-device-id = Идентификатор устройства
setting-average-wind-speed = Средняя скорость ветра (м/с)
setting-interval-seconds = Секунд между сообщениями

setting-device-id-wrong = «{ $value }» не может быть идентификатором устройства. Используйте от 1 до 128 латинских букв, цифр и знаков - . % _ # * ? ! ( ) , : = @ $ ' без пробелов.
setting-number-wrong = «{ $value }» — не число от { $least } до { $most }. Введите такое число, например { $default }.

# Почему команду не удалось выполнить.

refused-unknown-step = В уроке «{ $lesson }» нет шага «{ $step }». Выберите шаг из списка.
refused-no-step = Ни один шаг не открыт. Сначала выберите шаг из списка.
refused-no-device = На стенде нет устройства «{ $device }». Сначала зарегистрируйте его.
refused-solve-fleet = Пока включён парк устройств, решить шаг нельзя: его сообщений слишком много. Сначала остановите парк.
refused-speed = Часы не могут идти быстрее в { $factor } раз. Выберите множитель от 0,1 до 3600.
refused-query-lag = Запросы не могут отставать на { $seconds } с. Выберите от 0 до { $most } секунд.

# Что не так с текстом в поле для строки подключения устройства.

device-string-wrong = Это не строка подключения устройства. В ней нужны HostName, DeviceId и SharedAccessKey, разделённые точкой с запятой.
