# 수업 주변: 언어, 검색, 용어집, 사이트 소개.

language = 언어
title-glossary = 용어집
search = 검색
search-placeholder = 수업에서 검색
search-none = 결과가 없어요. 다른 낱말로 찾아보세요.
projector-on = 프로젝터 보기예요. Esc를 누르면 나가요.
update-ready = 새 버전이 준비되었어요.
update-load = 불러오기
shortcut-search = 검색
shortcut-projector = 프로젝터 보기: 실험대와 열린 단계만


summary-glossary = IoT Hub와 MQTT의 용어를 짧은 문장으로 설명합니다.
