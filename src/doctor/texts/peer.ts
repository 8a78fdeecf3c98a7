import type { TextRow } from './text-row.js';

export const PEER_TEXTS = {
  'peer.noDaemon': {
    en: {
      text: 'No daemon of the bridge runs',
      remedy: 'Any command that speaks starts one; or run `mmdagent-bridge daemon start`.',
    },
    ja: {
      text: 'ブリッジのデーモンは動いていません',
      remedy: '話すコマンドを実行すれば起動します。`mmdagent-bridge daemon start` でも起動できます。',
    },
  },
  'peer.daemonRefused': {
    en: {
      text: 'The daemon could not be asked ({code}): {reason}',
      remedy: 'Check --daemon and BRIDGE_KEY; both sides need the same version.',
    },
    ja: {
      text: 'デーモンに問い合わせできません（{code}）: {reason}',
      remedy: '--daemon と BRIDGE_KEY を確かめてください。版は両側で同じにします。',
    },
  },
  'peer.daemon': {
    en: { text: 'The daemon {version} runs (pid {pid}); links: {links}', remedy: '' },
    ja: { text: 'デーモン {version} が動いています（pid {pid}、リンク {links} 本）', remedy: '' },
  },
  'peer.daemonVersion': {
    en: {
      text: 'The daemon is version {daemon}, this command {own}',
      remedy:
        'Restart the daemon when MMDAgent-EX may be restarted too: `mmdagent-bridge daemon stop`, then `daemon start`.',
    },
    ja: {
      text: 'デーモンは {daemon}、このコマンドは {own} と版が違います',
      remedy:
        'MMDAgent-EX も起動し直せるときに、`mmdagent-bridge daemon stop` と `daemon start` で起動し直してください。',
    },
  },
  'peer.linkDown': {
    en: {
      text: 'The link {link} is {status}: {reason}',
      remedy: 'See the findings about ports and the .mdf.',
    },
    ja: {
      text: 'リンク {link} は {status} です: {reason}',
      remedy: 'ポートと .mdf の診断結果を見てください。',
    },
  },
  'peer.nobody': {
    en: {
      text: 'No MMDAgent-EX has connected to the link {link} yet',
      remedy: 'Start MMDAgent-EX with the lines that `mmdagent-bridge mdf` prints in its .mdf.',
    },
    ja: {
      text: 'リンク {link} にはまだ MMDAgent-EX がつながっていません',
      remedy: '`mmdagent-bridge mdf` が示す行を .mdf に書いて、MMDAgent-EX を起動してください。',
    },
  },
  'peer.disconnected': {
    en: {
      text: 'The avatar of lane {lane} is gone',
      remedy: 'Restart MMDAgent-EX: on Linux and macOS it ends with its connection.',
    },
    ja: {
      text: 'レーン {lane} のアバターは切断されています',
      remedy: 'MMDAgent-EX を起動し直してください。Linux と macOS では切断と同時に終了します。',
    },
  },
  'peer.waiting': {
    en: {
      text: 'The avatar of lane {lane} is connected, but has not answered yet: it still loads, or hangs',
      remedy: 'Wait until its model is drawn. If that does not help, restart MMDAgent-EX.',
    },
    ja: {
      text: 'レーン {lane} のアバターは接続済みですが、まだ返事がありません。読み込み中か、止まっています',
      remedy: 'モデルが表示されるまで待ち、それでも変わらなければ MMDAgent-EX を起動し直してください。',
    },
  },
  'peer.modelMissing': {
    en: {
      text: 'The avatar of lane {lane} is connected, but has no model called {model}',
      remedy: 'Set --model to the alias in MODEL_ADD of its script, or load a model with that alias.',
    },
    ja: {
      text: 'レーン {lane} のアバターは接続済みですが、{model} というモデルがありません',
      remedy: '--model をスクリプトの MODEL_ADD の別名に合わせるか、その別名でモデルを読み込んでください。',
    },
  },
  'peer.ready': {
    en: { text: 'The avatar of lane {lane} is ready with model {model}', remedy: '' },
    ja: { text: 'レーン {lane} のアバターはモデル {model} で話せます', remedy: '' },
  },
  'peer.echo': {
    en: { text: 'Lane {lane} answers in {echoMs} ms', remedy: '' },
    ja: { text: 'レーン {lane} は {echoMs} ミリ秒で答えます', remedy: '' },
  },
  'peer.slowEcho': {
    en: {
      text: 'Lane {lane} answers only after {echoMs} ms: messages act late and lips lag',
      remedy:
        'MMDAgent-EX draws slowly: close other programs, make its window smaller, or use a faster graphics card.',
    },
    ja: {
      text: 'レーン {lane} の返事に {echoMs} ミリ秒かかります。メッセージと口の動きが遅れます',
      remedy:
        'MMDAgent-EX の描画が遅れています。ほかのプログラムを閉じるか、ウィンドウを小さくするか、速いグラフィックス環境を使ってください。',
    },
  },
  'peer.noSound': {
    en: {
      text: 'Lane {lane} carries messages only, no sound (stdio)',
      remedy: 'Use a ws-listen or tcp link for sound.',
    },
    ja: {
      text: 'レーン {lane} はメッセージだけで、音は送れません（stdio）',
      remedy: '音を送るには ws-listen か tcp のリンクを使ってください。',
    },
  },
  'peer.endsWithLink': {
    en: {
      text: 'On Linux and macOS MMDAgent-EX ends when its connection is lost',
      remedy: 'Keep the daemon running while the avatar is up; update and restart both together.',
    },
    ja: {
      text: 'Linux と macOS では、接続が切れると MMDAgent-EX が終了します',
      remedy: 'アバターを使う間はデーモンを止めず、更新や再起動は両方いっしょに行ってください。',
    },
  },
  'peer.brokenServer': {
    en: {
      text: '{path} was built on {date}: in builds from 2025-09-09 to 2025-12-19 the TCP server does not work on Windows (told by {evidence})',
      remedy: 'Use a newer MMDAgent-EX, or let it dial: --link ws-listen://127.0.0.1:9001/chat.',
    },
    ja: {
      text: '{path} は {date} のビルドです。2025-09-09 から 2025-12-19 のビルドの TCP サーバーは Windows で動きません（根拠: {evidence}）',
      remedy:
        '新しい MMDAgent-EX を使うか、MMDAgent-EX から接続させてください: --link ws-listen://127.0.0.1:9001/chat。',
    },
  },
  'peer.maybeBrokenServer': {
    en: {
      text: '{path} carries the date {date}, which may be the day it was copied: builds from 2025-09-09 to 2025-12-19 have a TCP server that does not work on Windows',
      remedy:
        'If MMDAgent-EX says "failed to open port", use a newer one, or let it dial: --link ws-listen://127.0.0.1:9001/chat.',
    },
    ja: {
      text: '{path} の日付は {date} です（コピーした日かもしれません）。2025-09-09 から 2025-12-19 のビルドの TCP サーバーは Windows で動きません',
      remedy:
        'MMDAgent-EX が "failed to open port" と言うなら、新しいものを使うか、MMDAgent-EX から接続させてください: --link ws-listen://127.0.0.1:9001/chat。',
    },
  },
  'peer.build': {
    en: { text: '{path} was built on {date} (told by {evidence}); nothing is known against it', remedy: '' },
    ja: { text: '{path} は {date} のビルドです（根拠: {evidence}）。既知の問題はありません', remedy: '' },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
