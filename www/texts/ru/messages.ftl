# Урок 3: отправлять сообщения из облака на устройство.

messages-prepare-action = Подготовить устройство
messages-receive-action = Запустить устройство
messages-send-action = Отправить сообщение
messages-queue-action = Отправить выключенному устройству
messages-deliver-action = Включить устройство
messages-expire-action = Отправить со сроком жизни
messages-limit-action = Заполнить очередь

# Что написано там, где ещё ничего не произошло.

messages-empty-registry = Устройств пока нет. Первое регистрирует шаг 1.
messages-empty-device-console = Здесь появится то, что печатает программа устройства, начиная с шага 2.
messages-empty-cloud-console = Здесь появится то, что печатают облачные программы, начиная с шага 1.
messages-empty-wire = Здесь появится каждый пакет и каждый запрос. Шаг 1 отправляет первый запрос, шаг 2 — первые пакеты, шаг 3 — первое сообщение.
messages-empty-events = В этом уроке нет событий. События — это телеметрия, она идёт с устройства в облако, а здесь сообщения идут в обратную сторону.

# Что ищет каждая проверка и что она может увидеть.

check-messages-receive-looked-for = Проверили, подключено ли { $device } и подписано ли на свои сообщения.
check-messages-receive-saw = Устройство { $device } подключено и ждёт сообщений.
check-messages-receive-offline = Устройство { $device } не подключено.
check-messages-receive-deaf = Устройство { $device } подключено, но не подписалось на свои сообщения.

check-messages-send-looked-for = Искали сообщение для { $device }, пустую очередь и отчёт о доставке со словом Success.
check-messages-send-saw = Сообщение покинуло очередь, и в отчёте о доставке стоит Success.
check-messages-send-none = Никто не отправлял сообщений устройству { $device }.
check-messages-send-refused = Хаб не принял сообщение: он ответил { $reason }. Если очередь полна, сначала включите устройство.
check-messages-send-waiting = { $count ->
    [one] В очереди { $device } ждёт { $count } сообщение. Устройство должно его забрать.
    [few] В очереди { $device } ждут { $count } сообщения. Устройство должно их забрать.
    [many] В очереди { $device } ждут { $count } сообщений. Устройство должно их забрать.
   *[other] В очереди { $device } ждут { $count } сообщения. Устройство должно их забрать.
  }
check-messages-send-no-feedback = Сообщение покинуло очередь, но отчёт о доставке ещё не прочитан. Хаб копит отчёты до 15 секунд.
check-messages-send-other = В отчёте о сообщении стоит { $reason }, а не Success. Запустите устройство и отправьте новое сообщение.

check-messages-queue-looked-for = Проверили, отключилось ли { $device } и есть ли сообщение в его очереди.
check-messages-queue-saw = { $count ->
    [one] Устройство { $device } выключено, и в его очереди ждёт { $count } сообщение.
    [few] Устройство { $device } выключено, и в его очереди ждут { $count } сообщения.
    [many] Устройство { $device } выключено, и в его очереди ждут { $count } сообщений.
   *[other] Устройство { $device } выключено, и в его очереди ждут { $count } сообщения.
  }
check-messages-queue-online = В хабе { $device } всё ещё подключено. Если кабель вынут, хаб заметит это через 90 секунд.
check-messages-queue-empty = Устройство { $device } выключено, но сообщений для него нет. Отправьте одно.

check-messages-deliver-looked-for = Проверили, пуста ли очередь { $device }, и искали отчёт о доставке со словом Success.
check-messages-deliver-saw = Очередь { $device } пуста, и в отчёте о последнем сообщении стоит Success.
check-messages-deliver-offline = { $count ->
    [one] Ждёт { $count } сообщение, а { $device } не подключено.
    [few] Ждут { $count } сообщения, а { $device } не подключено.
    [many] Ждут { $count } сообщений, а { $device } не подключено.
   *[other] Ждут { $count } сообщения, а { $device } не подключено.
  }
check-messages-deliver-queued = { $count ->
    [one] Устройство { $device } подключено, но в его очереди всё ещё { $count } сообщение. Устройство должно подписаться и подтвердить его.
    [few] Устройство { $device } подключено, но в его очереди всё ещё { $count } сообщения. Устройство должно подписаться и подтвердить их.
    [many] Устройство { $device } подключено, но в его очереди всё ещё { $count } сообщений. Устройство должно подписаться и подтвердить их.
   *[other] Устройство { $device } подключено, но в его очереди всё ещё { $count } сообщения. Устройство должно подписаться и подтвердить их.
  }
check-messages-deliver-no-feedback = Очередь пуста, но отчёт о доставке ещё не прочитан. Хаб копит отчёты до 15 секунд.
check-messages-deliver-other = Очередь пуста, но в отчёте о последнем сообщении стоит { $reason }, а не Success. На предыдущем шаге оставьте ждать новое.

check-messages-expire-looked-for = Искали сообщение для { $device } со сроком жизни и отчёт о нём со словом Expired.
check-messages-expire-saw = Срок сообщения истёк раньше, чем пришло { $device }, и в отчёте стоит Expired.
check-messages-expire-none = Никто не отправлял устройству { $device } сообщение со сроком жизни.
check-messages-expire-refused = Хаб не принял сообщение: он ответил { $reason }. Если очередь полна, сначала включите устройство.
check-messages-expire-waiting = { $seconds ->
    [one] Сообщение ждёт { $device } ещё { $seconds } секунду. Перейдите вперёд или поставьте скорость 60×.
    [few] Сообщение ждёт { $device } ещё { $seconds } секунды. Перейдите вперёд или поставьте скорость 60×.
    [many] Сообщение ждёт { $device } ещё { $seconds } секунд. Перейдите вперёд или поставьте скорость 60×.
   *[other] Сообщение ждёт { $device } ещё { $seconds } секунды. Перейдите вперёд или поставьте скорость 60×.
  }
check-messages-expire-no-feedback = Сообщение покинуло очередь, но отчёт о доставке ещё не прочитан. Хаб копит отчёты до 15 секунд.
check-messages-expire-other = В отчёте о сообщении стоит { $reason }, а не Expired. Устройство должно быть выключено, пока не кончится срок.

check-messages-limit-looked-for = Искали 50 сообщений в очереди { $device } и ещё одно, которое хаб отклонил с кодом 403004, DeviceMaximumQueueDepthExceeded.
check-messages-limit-saw = { $count ->
    [one] В очереди { $device } ждёт { $count } сообщение, и ещё одно хаб отклонил с кодом 403004, DeviceMaximumQueueDepthExceeded.
    [few] В очереди { $device } ждут { $count } сообщения, и ещё одно хаб отклонил с кодом 403004, DeviceMaximumQueueDepthExceeded.
    [many] В очереди { $device } ждут { $count } сообщений, и ещё одно хаб отклонил с кодом 403004, DeviceMaximumQueueDepthExceeded.
   *[other] В очереди { $device } ждут { $count } сообщения, и ещё одно хаб отклонил с кодом 403004, DeviceMaximumQueueDepthExceeded.
  }
check-messages-limit-few = { $count ->
    [0] Для { $device } нет ни одного сообщения. Очередь полна, когда их 50.
    [one] В очереди { $device } ждёт { $count } сообщение. Очередь полна, когда их 50.
    [few] В очереди { $device } ждут { $count } сообщения. Очередь полна, когда их 50.
    [many] В очереди { $device } ждут { $count } сообщений. Очередь полна, когда их 50.
   *[other] В очереди { $device } ждут { $count } сообщения. Очередь полна, когда их 50.
  }
check-messages-limit-online = Устройство { $device } подключено и забирает сообщения, поэтому его очередь не заполняется. Выключите его.
check-messages-limit-no-refusal = { $count ->
    [one] В очереди { $device } ждёт { $count } сообщение, но никто не пробовал отправить ещё одно.
    [few] В очереди { $device } ждут { $count } сообщения, но никто не пробовал отправить ещё одно.
    [many] В очереди { $device } ждут { $count } сообщений, но никто не пробовал отправить ещё одно.
   *[other] В очереди { $device } ждут { $count } сообщения, но никто не пробовал отправить ещё одно.
  }

# Настройки.

setting-time-to-live-seconds = Срок жизни (секунды)
