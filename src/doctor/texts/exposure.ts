import type { TextRow } from './text-row.js';

const NEW_KEY = {
  en: 'Make one by chance: `openssl rand -hex 24`.',
  ja: '`openssl rand -hex 24` などで作り直してください。',
} as const;

export const EXPOSURE_TEXTS = {
  'exposure.loopbackOnly': {
    en: { text: 'Links, page and control port can be reached from this machine only', remedy: '' },
    ja: { text: 'リンク、ページ、制御ポートに届くのはこのマシンだけです', remedy: '' },
  },
  'exposure.link': {
    en: {
      text: 'The link {link} listens on {host} and lets in {allowed}',
      remedy: 'Allow only the machine of MMDAgent-EX: --allow ADDRESS. Sound and messages are not encrypted.',
    },
    ja: {
      text: 'リンク {link} は {host} で待ち受け、{allowed} からの接続を許します',
      remedy: '--allow で MMDAgent-EX のマシンだけを許してください。音とメッセージは暗号化されません。',
    },
  },
  'exposure.linkTls': {
    en: {
      text: 'The link {link} listens on {host} with TLS and lets in {allowed}',
      remedy: 'Allow only the machine of MMDAgent-EX: --allow ADDRESS.',
    },
    ja: {
      text: 'リンク {link} は {host} で TLS で待ち受け、{allowed} からの接続を許します',
      remedy: '--allow で MMDAgent-EX のマシンだけを許してください。',
    },
  },
  'exposure.allowAll': {
    en: {
      text: '--allow {range} lets in every machine that reaches the port, and there is no password on links',
      remedy: 'Name the address of the machine that MMDAgent-EX runs on.',
    },
    ja: {
      text: '--allow {range} は、ポートに届くすべてのマシンを許します。リンクにパスワードはありません',
      remedy: 'MMDAgent-EX が動くマシンのアドレスだけを書いてください。',
    },
  },
  'exposure.page': {
    en: {
      text: 'The page is served on {host}: who reaches it can speak through the avatar and use what it hears',
      remedy: 'Use --page-host 127.0.0.1 and an SSH tunnel, or a proxy that asks for a password.',
    },
    ja: {
      text: 'ページは {host} で公開されます。届く人は誰でもアバターに話させることができます',
      remedy: '--page-host 127.0.0.1 にして SSH のトンネルか、パスワードを求めるプロキシを使ってください。',
    },
  },
  'exposure.controlPlain': {
    en: {
      text: 'The control port {host}:{port} is reached from other machines without encryption: the key can be read on the way',
      remedy: 'Set --control-tls-cert and --control-tls-key, or listen on 127.0.0.1 behind an SSH tunnel.',
    },
    ja: {
      text: '制御ポート {host}:{port} はほかのマシンから暗号化なしで使われ、途中で鍵を読まれるおそれがあります',
      remedy:
        '--control-tls-cert と --control-tls-key を設定するか、127.0.0.1 で待ち受けて SSH のトンネルを使ってください。',
    },
  },
  'exposure.daemonPlain': {
    en: {
      text: 'The daemon on {host} is spoken to without encryption (ws://)',
      remedy: 'Use wss://, or an SSH tunnel.',
    },
    ja: {
      text: '{host} のデーモンとは暗号化なし（ws://）で話しています',
      remedy: 'wss:// か SSH のトンネルを使ってください。',
    },
  },
  'exposure.remotePeer': {
    en: {
      text: 'The avatar of lane {lane} is connected from {address}',
      remedy: 'Nothing is wrong if that is your machine. Otherwise set --allow to your own addresses.',
    },
    ja: {
      text: 'レーン {lane} のアバターは {address} から接続しています',
      remedy: '自分のマシンなら問題ありません。そうでなければ --allow を自分のアドレスだけにしてください。',
    },
  },
  'exposure.keyShort': {
    en: { text: 'BRIDGE_KEY is easy to guess: it has fewer than {least} characters', remedy: NEW_KEY.en },
    ja: { text: 'BRIDGE_KEY が推測されやすいものです: {least} 文字未満です', remedy: NEW_KEY.ja },
  },
  'exposure.keyPoor': {
    en: {
      text: 'BRIDGE_KEY is easy to guess: it is made of {distinct} different characters only',
      remedy: NEW_KEY.en,
    },
    ja: {
      text: 'BRIDGE_KEY が推測されやすいものです: {distinct} 種類の文字しかありません',
      remedy: NEW_KEY.ja,
    },
  },
  'exposure.keyCommon': {
    en: { text: 'BRIDGE_KEY is easy to guess: it begins with a common word', remedy: NEW_KEY.en },
    ja: { text: 'BRIDGE_KEY が推測されやすいものです: よくある語で始まっています', remedy: NEW_KEY.ja },
  },
  'exposure.keyRow': {
    en: {
      text: 'BRIDGE_KEY is easy to guess: its characters stand in a row such as abc or 123',
      remedy: NEW_KEY.en,
    },
    ja: { text: 'BRIDGE_KEY が推測されやすいものです: abc や 123 のような並びです', remedy: NEW_KEY.ja },
  },
  'exposure.keyInArguments': {
    en: {
      text: 'A secret of the bridge stands in the command line of {program} (pid {pid}), where every user of this machine sees it',
      remedy: 'Set it in the environment or in a file that only you can read, then change the secret.',
    },
    ja: {
      text: 'ブリッジの秘密が {program}（pid {pid}）のコマンドラインにあり、このマシンの利用者全員に見えます',
      remedy: '環境変数か、本人だけが読めるファイルで設定し、秘密は新しいものに替えてください。',
    },
  },
  'exposure.fileReadable': {
    en: {
      text: '{path} holds a secret and can be read by other users (mode {mode})',
      remedy: 'chmod 600 {path}',
    },
    ja: {
      text: '{path} には秘密がありますが、ほかの利用者にも読めます（モード {mode}）',
      remedy: 'chmod 600 {path}',
    },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
