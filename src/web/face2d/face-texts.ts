const EN = {
  title: 'Avatar',
  faceLabel: 'Drawn face of the avatar',
  captionLabel: 'What the avatar says',
  typeLabel: 'What you say to the avatar',
  typePlaceholder: 'Say something',
  send: 'Send',
  stop: 'Stop',
  micOn: 'Switch the microphone on',
  micOff: 'Switch the microphone off',
  away: 'Waiting for the server…',
  refused: 'The server does not let this page in.',
  idle: 'Type, or switch the microphone on',
  asking: 'May this page listen? Your browser asks you.',
  listening: 'Listening',
  hearing: 'I hear you…',
  thinking: 'Thinking…',
  speaking: 'Speaking',
  NotAllowedError: 'The microphone was refused. Allow it in the browser’s address bar, or go on in writing.',
  NotFoundError: 'There is no microphone. You can go on in writing.',
  InsecureOrigin:
    'Browsers give a microphone only to pages on this machine or with https: see `mmdagent-bridge cert`. You can go on in writing.',
  micFailed: 'The microphone cannot be used. You can go on in writing.',
  failedSomehow: 'Something went wrong.',
  BRIDGE_ERR_DAEMON_UNREACHABLE: 'The server does not answer.',
  BRIDGE_ERR_ACCESS: 'A key is needed for this page.',
  BRIDGE_ERR_TURN_REFUSED: 'This could not be answered now.',
};

export type FaceKey = keyof typeof EN;

const JA: Readonly<Record<FaceKey, string>> = {
  title: 'アバター',
  faceLabel: 'アバターの顔のイラスト',
  captionLabel: 'アバターの言葉',
  typeLabel: 'アバターに話すこと',
  typePlaceholder: '話しかけてください',
  send: '送信',
  stop: '止める',
  micOn: 'マイクをオンにする',
  micOff: 'マイクをオフにする',
  away: 'サーバーを待っています…',
  refused: 'サーバーがこのページを許可していません。',
  idle: '文字を入力するか、マイクをオンにしてください',
  asking: 'マイクの使用を許可してください(ブラウザが確認しています)',
  listening: '聞いています',
  hearing: '聞こえています…',
  thinking: '考えています…',
  speaking: '話しています',
  NotAllowedError:
    'マイクの使用が許可されませんでした。ブラウザのアドレスバーで許可するか、文字で話してください。',
  NotFoundError: 'マイクが見つかりません。文字での会話は続けられます。',
  InsecureOrigin:
    'ブラウザがマイクを使えるのは、このマシン上のページか https のページだけです(`mmdagent-bridge cert` をご覧ください)。文字での会話は続けられます。',
  micFailed: 'マイクを使えません。文字での会話は続けられます。',
  failedSomehow: '問題が起きました。',
  BRIDGE_ERR_DAEMON_UNREACHABLE: 'サーバーが応答しません。',
  BRIDGE_ERR_ACCESS: 'このページにはキーが必要です。',
  BRIDGE_ERR_TURN_REFUSED: '今は答えられませんでした。',
};

export const FACE_TEXTS = { en: EN, ja: JA } as const;
