import type { TextRow } from './text-row.js';

export const CLOCK_TEXTS = {
  'clock.steady': {
    en: { text: 'The clocks run steadily; timers are late by {lateMs} ms', remedy: '' },
    ja: { text: '時計は安定しています（タイマーの遅れ {lateMs} ミリ秒）', remedy: '' },
  },
  'clock.stepped': {
    en: {
      text: 'The wall clock moved by {stepMs} ms against the monotonic one within {seconds} s',
      remedy:
        'Something sets the clock hard: let NTP slew it instead; in a VM switch off one of two time services.',
    },
    ja: {
      text: '壁時計が {seconds} 秒の間に単調時計に対して {stepMs} ミリ秒動きました',
      remedy:
        '時刻が急に設定されています。NTP で少しずつ合わせ、仮想マシンでは時刻合わせを一つだけにしてください。',
    },
  },
  'clock.coarse': {
    en: {
      text: 'Timers of this machine are late by {lateMs} ms: sound may be cut at small leads',
      remedy: 'Close busy programs, give the VM or container more processor time, or raise --lead-ms.',
    },
    ja: {
      text: 'このマシンのタイマーは {lateMs} ミリ秒遅れます。先送り量が小さいと音が途切れることがあります',
      remedy:
        '重いプログラムを閉じるか、仮想マシンやコンテナの CPU を増やすか、--lead-ms を大きくしてください。',
    },
  },
  'clock.skew': {
    en: {
      text: "The daemon's clock differs from ours by {skewMs} ms (± {errorMs} ms)",
      remedy: 'The bridge allows for it. Synchronise both machines by NTP so that logs and recordings agree.',
    },
    ja: {
      text: 'デーモンの時計とこちらの時計は {skewMs} ミリ秒ずれています（± {errorMs} ミリ秒）',
      remedy:
        'ブリッジはずれを見込んで動きます。ログや記録をそろえるには、両方のマシンを NTP で合わせてください。',
    },
  },
  'clock.inStep': {
    en: { text: "The daemon's clock agrees with ours within {errorMs} ms", remedy: '' },
    ja: { text: 'デーモンの時計とこちらの時計は {errorMs} ミリ秒以内で合っています', remedy: '' },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
