const EN = {
  open: 'Open the chat',
  close: 'Close the chat',
  title: 'Chat',
  log: 'Conversation',
  field: 'Message',
  placeholder: 'Write a message…',
  send: 'Send',
  speak: 'Speak a message',
  stopRecording: 'Stop and send',
  recording: 'Recording {time}',
  asking: 'Allow the microphone…',
  stop: 'Stop the answer',
  voiceOn: 'Spoken answers: on',
  voiceOff: 'Spoken answers: off',
  save: 'Save the conversation',
  you: 'You',
  avatar: 'Assistant',
  audioMessage: 'Audio message',
  playAudio: 'Play your audio message',
  stopAudio: 'Stop your audio message',
  recognised: '“{text}”',
  thinking: 'Thinking',
  connecting: 'Connecting…',
  away: 'No connection. Trying again…',
  queued: 'Will be sent when the connection is back',
  lost: 'The connection was lost: this answer may be incomplete. It was not sent again.',
  stopped: 'Stopped',
  failed: 'This did not work: {why}',
  micDenied: 'The microphone was not allowed. You can still write.',
  micMissing: 'There is no microphone here. You can still write.',
  micInsecure: 'Browsers allow the microphone on secure pages (https) only. You can still write.',
  micBroken: 'The microphone could not be used. You can still write.',
  tooLong: 'Recordings end after {seconds} s.',
  nothingHeard: 'Nothing was heard.',
} as const;

export type WidgetTextKey = keyof typeof EN;

const JA: Readonly<Record<WidgetTextKey, string>> = {
  open: 'チャットを開く',
  close: 'チャットを閉じる',
  title: 'チャット',
  log: '会話',
  field: 'メッセージ',
  placeholder: 'メッセージを入力…',
  send: '送信',
  speak: '声で話す',
  stopRecording: '録音を終えて送信',
  recording: '録音中 {time}',
  asking: 'マイクを許可してください…',
  stop: '回答を止める',
  voiceOn: '音声での回答：オン',
  voiceOff: '音声での回答：オフ',
  save: '会話を保存',
  you: 'あなた',
  avatar: 'アシスタント',
  audioMessage: '音声メッセージ',
  playAudio: '自分の音声メッセージを再生',
  stopAudio: '自分の音声メッセージを停止',
  recognised: '「{text}」',
  thinking: '考え中',
  connecting: '接続中…',
  away: '接続がありません。再接続しています…',
  queued: '接続が戻ったら送信します',
  lost: '接続が切れました。この回答は途中かもしれません。再送信はしていません。',
  stopped: '停止しました',
  failed: 'うまくいきませんでした：{why}',
  micDenied: 'マイクが許可されませんでした。文字での入力はできます。',
  micMissing: 'マイクが見つかりません。文字での入力はできます。',
  micInsecure: 'マイクは安全なページ（https）でのみ使えます。文字での入力はできます。',
  micBroken: 'マイクを使えませんでした。文字での入力はできます。',
  tooLong: '録音は {seconds} 秒までです。',
  nothingHeard: '声が聞き取れませんでした。',
};

export type SayWidget = (key: WidgetTextKey, values?: Readonly<Record<string, string | number>>) => string;

/** Every text of the widget in one language; `{name}` is filled in. */
export function widgetTexts(language: 'en' | 'ja'): SayWidget {
  const texts = language === 'ja' ? JA : EN;
  return (key, values = {}) =>
    texts[key].replace(/\{(\w+)\}/g, (blank, name: string) => String(values[name] ?? blank));
}
