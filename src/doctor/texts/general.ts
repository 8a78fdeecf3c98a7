import type { TextRow } from './text-row.js';

/** Of any area: when looking itself went wrong. */
export const GENERAL_TEXTS = {
  'check.failed': {
    en: {
      text: 'The check {check} failed: {reason}',
      remedy: 'The other checks went on. Please report this with the file that --bundle writes.',
    },
    ja: {
      text: '検査 {check} が失敗しました: {reason}',
      remedy: 'ほかの検査は続けました。--bundle で書き出したファイルを添えて報告してください。',
    },
  },
  'check.timedOut': {
    en: {
      text: 'The check {check} had no answer within {seconds} s',
      remedy: 'Something it asks hangs: a sound server, a network drive or a slow program. Try again.',
    },
    ja: {
      text: '検査 {check} は {seconds} 秒以内に答えが得られませんでした',
      remedy:
        'サウンドサーバー、ネットワークドライブ、遅いプログラムなどが応答していません。もう一度試してください。',
    },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
