import type { TextRow } from './text-row.js';

export const DEVICE_TEXTS = {
  'devices.inputs': {
    en: {
      text: 'Microphones and other inputs through {backend}: {count}; the default is {default}',
      remedy: '',
    },
    ja: { text: '{backend} の入力は {count} 個、既定は {default} です', remedy: '' },
  },
  'devices.outputs': {
    en: {
      text: 'Loudspeakers and other outputs through {backend}: {count}; the default is {default}',
      remedy: '',
    },
    ja: { text: '{backend} の出力は {count} 個、既定は {default} です', remedy: '' },
  },
  'devices.noInput': {
    en: {
      text: 'No microphone was found',
      remedy:
        'Plug one in and allow this terminal to use it in the privacy settings of the system. In a container or VM, pass the sound server through.',
    },
    ja: {
      text: 'マイクが見つかりません',
      remedy:
        'マイクをつなぎ、システムのプライバシー設定でこの端末に使用を許してください。コンテナや仮想マシンでは、サウンドサーバーを中から使えるようにしてください。',
    },
  },
  'devices.noOutput': {
    en: {
      text: 'No loudspeaker was found',
      remedy: 'Plug one in, or pass the sound server through to this container or VM.',
    },
    ja: {
      text: 'スピーカーが見つかりません',
      remedy: 'スピーカーをつなぐか、コンテナや仮想マシンからサウンドサーバーを使えるようにしてください。',
    },
  },
  'devices.onlyMonitors': {
    en: {
      text: 'All {count} inputs only hear what an output plays: there is no microphone',
      remedy:
        'Plug a microphone in; with one of these inputs the avatar would repeat the sound of this machine.',
    },
    ja: {
      text: '入力 {count} 個はすべて出力の音を拾うもので、マイクはありません',
      remedy: 'マイクをつないでください。このままではアバターがこのマシンの音を繰り返します。',
    },
  },
  'devices.defaultIsMonitor': {
    en: {
      text: 'The default input {device} hears what an output plays, not a voice',
      remedy: 'Choose a microphone with --input-device, or make it the default of the system.',
    },
    ja: {
      text: '既定の入力 {device} は声ではなく出力の音を拾います',
      remedy: '--input-device でマイクを選ぶか、システムの既定の入力をマイクにしてください。',
    },
  },
  'devices.notListed': {
    en: {
      text: '{setting} is {device}, and no device has this index, name or id',
      remedy: 'Choose one that `mmdagent-bridge devices` lists.',
    },
    ja: {
      text: '{setting} は {device} ですが、その番号・名前・ID の機器はありません',
      remedy: '`mmdagent-bridge devices` の一覧から選んでください。',
    },
  },
  'devices.listFailed': {
    en: {
      text: '{backend} could not list devices: {reason}',
      remedy: 'Start the sound server, or use another backend.',
    },
    ja: {
      text: '{backend} で機器の一覧が得られません: {reason}',
      remedy: 'サウンドサーバーを起動するか、別のバックエンドを使ってください。',
    },
  },
  'devices.inputHeard': {
    en: { text: 'The microphone {device} gives sound; loudest {peakDbfs} dBFS in {seconds} s', remedy: '' },
    ja: { text: 'マイク {device} から音が届いています（{seconds} 秒間の最大 {peakDbfs} dBFS）', remedy: '' },
  },
  'devices.silent': {
    en: {
      text: 'The microphone {device} gives nothing but digital silence for {seconds} s',
      remedy:
        'It is muted: unmute it in the system, at its switch, or allow this terminal to use it in the privacy settings.',
    },
    ja: {
      text: 'マイク {device} からは {seconds} 秒間、完全な無音しか届きません',
      remedy:
        'ミュートされています。システムの設定や本体のスイッチで解除するか、プライバシー設定でこの端末に使用を許してください。',
    },
  },
  'devices.clipped': {
    en: {
      text: 'The microphone {device} is overdriven: it reaches full scale',
      remedy: 'Turn its gain down in the sound settings of the system.',
    },
    ja: {
      text: 'マイク {device} の音が大きすぎて歪んでいます',
      remedy: 'システムのサウンド設定で入力の音量を下げてください。',
    },
  },
  'devices.noFrames': {
    en: {
      text: 'The microphone {device} was opened, but no sound came in {seconds} s',
      remedy:
        'Another program may hold it, or it hangs: close other programs, unplug it and plug it in again.',
    },
    ja: {
      text: 'マイク {device} は開けましたが、{seconds} 秒間音が届きません',
      remedy:
        'ほかのプログラムが使っているか、機器が止まっています。ほかのプログラムを閉じ、抜き差ししてください。',
    },
  },
  'devices.inputFailed': {
    en: {
      text: 'The microphone could not be opened ({code}): {reason}',
      remedy: 'Choose another with --input-device or --input-backend.',
    },
    ja: {
      text: 'マイクを開けません（{code}）: {reason}',
      remedy: '--input-device か --input-backend で別のものを選んでください。',
    },
  },
  'devices.outputFailed': {
    en: {
      text: 'The loudspeaker could not be opened ({code}): {reason}',
      remedy: 'Choose another with --output-device or --output-backend.',
    },
    ja: {
      text: 'スピーカーを開けません（{code}）: {reason}',
      remedy: '--output-device か --output-backend で別のものを選んでください。',
    },
  },
  'devices.toneOnMonitor': {
    en: { text: 'A tone played to {output} arrives at its loopback {input}: sound flows', remedy: '' },
    ja: { text: '{output} で鳴らした音がループバック {input} に届きました。音は流れています', remedy: '' },
  },
  'devices.toneOnMicrophone': {
    en: { text: 'A tone played to {output} was heard by the microphone {input}: sound flows', remedy: '' },
    ja: { text: '{output} で鳴らした音がマイク {input} で聞こえました。音は流れています', remedy: '' },
  },
  'devices.toneLost': {
    en: {
      text: 'A tone played to {output} does not arrive at its loopback {input}',
      remedy: 'The output is muted, or its volume is zero: look at the sound settings of the system.',
    },
    ja: {
      text: '{output} で鳴らした音がループバック {input} に届きません',
      remedy: '出力がミュートか音量ゼロです。システムのサウンド設定を見てください。',
    },
  },
  'devices.toneNotHeard': {
    en: {
      text: 'A tone played to {output} was not heard by the microphone {input}',
      remedy:
        'Nothing is wrong with headphones or a noisy room. Otherwise turn the loudspeaker up, or choose another with --output-device.',
    },
    ja: {
      text: '{output} で鳴らした音がマイク {input} では聞こえませんでした',
      remedy:
        'ヘッドホンや騒がしい部屋なら問題ありません。そうでなければ音量を上げるか、--output-device で別の出力を選んでください。',
    },
  },
  'devices.toneSkipped': {
    en: { text: 'No tone was played (--no-tone)', remedy: '' },
    ja: { text: '確認音は鳴らしませんでした（--no-tone）', remedy: '' },
  },
  'devices.calibrated': {
    en: { text: 'Calibrated loudspeakers: {count}', remedy: '' },
    ja: { text: '校正済みのスピーカー: {count} 台', remedy: '' },
  },
  'devices.notCalibrated': {
    en: {
      text: 'No loudspeaker is calibrated: with `lipsync` lips and sound may be apart by what the loudspeaker is late',
      remedy: 'Run `mmdagent-bridge calibrate` once per loudspeaker.',
    },
    ja: {
      text: '校正済みのスピーカーがありません。`lipsync` では、スピーカーの遅れの分だけ口と音がずれることがあります',
      remedy: 'スピーカーごとに一度 `mmdagent-bridge calibrate` を実行してください。',
    },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
