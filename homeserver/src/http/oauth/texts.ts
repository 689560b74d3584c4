import type { IncomingMessage } from 'node:http';

/** What the pages say in English. `{name}` stands for something that differs. */
const en = {
  signIn: 'Sign in',
  userName: 'User name or mail address',
  newUserName: 'User name',
  password: 'Password',
  repeatPassword: 'The password again',
  registrationToken: 'Registration token or invite code',
  acceptPolicies: 'I have read and accept:',
  wrongPassword: 'The user name or the password is wrong.',
  passwordsDiffer: 'The two passwords are not the same.',
  createAccount: 'Create an account',
  haveAccount: 'I have an account',
  noAccount: 'New here? Create an account',
  emailNeeded:
    'This server asks new people for a mail address: please create the account in its own client, and come back.',
  continueWith: 'Continue with {provider}',
  or: 'or',
  allowTitle: 'Let {app} in?',
  allowText:
    '{app} will read and write your messages as you, {user}. It shows up among your sessions as {device}.',
  allowWarning: 'Go on only if you have just started this yourself.',
  confirmTitle: 'Is it you?',
  confirmText: 'An app asks you, {user}, to confirm something that a stolen phone must not do.',
  confirmed: 'Confirmed. You can close this page and go on in your app.',
  ssoText: 'You sign in to {app} as {user}.',
  unverified: 'It says that it is from {host}.',
  allow: 'Continue',
  deny: 'Cancel',
  otherAccount: 'Use another account',
  deviceTitle: 'Sign in a device',
  deviceText: 'Enter the code that the device shows.',
  deviceCode: 'Code',
  deviceWrong: 'There is no device with this code, or no longer.',
  deviceAllowed: 'The device is signed in. You can close this page.',
  deviceDenied: 'The device was not signed in.',
  accountTitle: 'Your account',
  displayName: 'Display name',
  save: 'Save',
  saved: 'Saved.',
  sessions: 'Sessions',
  session: 'Session',
  lastSeen: 'Last seen {time} from {ip}',
  neverSeen: 'Not used yet',
  app: 'App: {app}',
  endSession: 'Sign this session out',
  sessionEnded: 'The session was signed out.',
  noSession: 'There is no such session, or no longer.',
  resetTitle: 'Reset your digital identity?',
  resetText:
    'Do this only if you have lost every other signed-in device and your recovery key. The people you talk to will be told that your identity has changed.',
  resetAllow: 'Allow the reset',
  resetAllowed: 'For the next ten minutes your app can reset your identity. Go back to it now.',
  resetIdentity: 'Reset digital identity',
  deactivateTitle: 'Delete your account?',
  deactivateText: 'You leave every room, and nobody can use {user} again, neither you. There is no way back.',
  deactivateErase: 'Also hide what I have said from people who were not there',
  deactivate: 'Delete my account for good',
  deactivateLink: 'Delete account',
  deactivated: 'The account is deleted.',
  signOut: 'Sign out of this page',
  back: 'Back',
  failed: 'This did not work',
};

export type TextKey = keyof typeof en;
export type Language = 'en' | 'ru';

const ru: Readonly<Record<TextKey, string>> = {
  signIn: 'Войти',
  userName: 'Имя пользователя или почта',
  newUserName: 'Имя пользователя',
  password: 'Пароль',
  repeatPassword: 'Пароль ещё раз',
  registrationToken: 'Токен регистрации или код приглашения',
  acceptPolicies: 'Я прочитал(а) и принимаю:',
  wrongPassword: 'Неверное имя пользователя или пароль.',
  passwordsDiffer: 'Пароли не совпадают.',
  createAccount: 'Создать аккаунт',
  haveAccount: 'У меня есть аккаунт',
  noAccount: 'Впервые здесь? Создайте аккаунт',
  emailNeeded:
    'Этот сервер просит новых участников указать почту: создайте аккаунт в его клиенте и вернитесь сюда.',
  continueWith: 'Продолжить через {provider}',
  or: 'или',
  allowTitle: 'Впустить {app}?',
  allowText: '{app} сможет читать и писать сообщения от вашего имени, {user}. В списке сеансов это {device}.',
  allowWarning: 'Продолжайте, только если вы сами это только что начали.',
  confirmTitle: 'Это вы?',
  confirmText: 'Приложение просит вас, {user}, подтвердить то, чего нельзя делать с украденного телефона.',
  confirmed: 'Подтверждено. Страницу можно закрыть и вернуться в приложение.',
  ssoText: 'Вы входите в {app} как {user}.',
  unverified: 'По его словам, оно с {host}.',
  allow: 'Продолжить',
  deny: 'Отмена',
  otherAccount: 'Другой аккаунт',
  deviceTitle: 'Вход на устройстве',
  deviceText: 'Введите код, который показывает устройство.',
  deviceCode: 'Код',
  deviceWrong: 'Устройства с таким кодом нет или уже нет.',
  deviceAllowed: 'Вход на устройстве выполнен. Страницу можно закрыть.',
  deviceDenied: 'Вход на устройстве отклонён.',
  accountTitle: 'Ваш аккаунт',
  displayName: 'Отображаемое имя',
  save: 'Сохранить',
  saved: 'Сохранено.',
  sessions: 'Сеансы',
  session: 'Сеанс',
  lastSeen: 'Последняя активность {time}, адрес {ip}',
  neverSeen: 'Ещё не использовался',
  app: 'Приложение: {app}',
  endSession: 'Завершить этот сеанс',
  sessionEnded: 'Сеанс завершён.',
  noSession: 'Такого сеанса нет или уже нет.',
  resetTitle: 'Сбросить цифровую личность?',
  resetText:
    'Делайте это, только если потеряны все остальные устройства и ключ восстановления. Собеседники узнают, что ваша личность изменилась.',
  resetAllow: 'Разрешить сброс',
  resetAllowed: 'В ближайшие десять минут приложение может сбросить вашу личность. Вернитесь в него.',
  resetIdentity: 'Сбросить цифровую личность',
  deactivateTitle: 'Удалить аккаунт?',
  deactivateText:
    'Вы покинете все комнаты, и имя {user} больше никто не сможет использовать, даже вы. Отменить это нельзя.',
  deactivateErase: 'Скрыть мои сообщения от тех, кого там не было',
  deactivate: 'Удалить аккаунт навсегда',
  deactivateLink: 'Удалить аккаунт',
  deactivated: 'Аккаунт удалён.',
  signOut: 'Выйти с этой страницы',
  back: 'Назад',
  failed: 'Не получилось',
};

const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en, ru };

/** Says something in a language. */
export type Say = (key: TextKey, values?: Readonly<Record<string, string>>) => string;

/** The pages' words in a language. */
export function sayIn(language: Language): Say {
  return (key, values = {}) =>
    TEXTS[language][key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The language that a browser asks for: Russian where it comes before English. */
export function languageOf(request: IncomingMessage): Language {
  const asked = (request.headers['accept-language'] ?? '').toLowerCase().match(/\b(?:en|ru)\b/);
  return asked?.[0] === 'ru' ? 'ru' : 'en';
}
