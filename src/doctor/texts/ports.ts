import type { TextRow } from './text-row.js';

export const PORT_TEXTS = {
  'ports.free': {
    en: { text: 'Port {port} for {use} is free', remedy: '' },
    ja: { text: '{use} 用のポート {port} は空いています', remedy: '' },
  },
  'ports.ours': {
    en: { text: 'Port {port} for {use} is held by the bridge (pid {pid})', remedy: '' },
    ja: { text: '{use} 用のポート {port} はブリッジが使っています（pid {pid}）', remedy: '' },
  },
  'ports.taken': {
    en: {
      text: 'Port {port} for {use} is taken by {program} (pid {pid}), which listens on {address}',
      remedy: 'End that program, or use another port: {flag}. MMDAgent-EX needs the same port in its .mdf.',
    },
    ja: {
      text: '{use} 用のポート {port} は {program}（pid {pid}、{address}）が使っています',
      remedy:
        'そのプログラムを終えるか、別のポートにしてください: {flag}。MMDAgent-EX の .mdf も同じポートにします。',
    },
  },
  'ports.takenUnknown': {
    en: {
      text: 'Port {port} for {use} is taken by a program of another user, which listens on {address}',
      remedy: 'Ask who it is with the rights of an administrator, or use another port: {flag}.',
    },
    ja: {
      text: '{use} 用のポート {port} は別の利用者のプログラム（{address}）が使っています',
      remedy: '管理者権限で調べるか、別のポートにしてください: {flag}。',
    },
  },
  'ports.notOurs': {
    en: {
      text: 'The daemon runs, but nothing listens on port {port} for {use}',
      remedy:
        'The daemon was started with other settings: give it the link now by running any command with --link, or restart it with the same settings.',
    },
    ja: {
      text: 'デーモンは動いていますが、{use} 用のポート {port} では待ち受けていません',
      remedy:
        'デーモンは別の設定で起動されています。--link を付けて何かコマンドを実行するか、同じ設定で起動し直してください。',
    },
  },
  'ports.peerListens': {
    en: { text: 'MMDAgent-EX (pid {pid}) listens on port {port}', remedy: '' },
    ja: { text: 'MMDAgent-EX（pid {pid}）がポート {port} で待ち受けています', remedy: '' },
  },
  'ports.notPeer': {
    en: {
      text: 'On port {port}, where the bridge expects MMDAgent-EX, {program} (pid {pid}) listens',
      remedy: 'End that program, or use another port in the .mdf (Plugin_Remote_ListenPort) and in --link.',
    },
    ja: {
      text: 'MMDAgent-EX がいるはずのポート {port} で {program}（pid {pid}）が待ち受けています',
      remedy:
        'そのプログラムを終えるか、.mdf（Plugin_Remote_ListenPort）と --link のポートを変えてください。',
    },
  },
  'ports.peerSilent': {
    en: {
      text: 'Nothing listens on port {port}, where the bridge expects MMDAgent-EX',
      remedy:
        'Start MMDAgent-EX with Plugin_Remote_EnableServer=true and Plugin_Remote_ListenPort={port} in its .mdf.',
    },
    ja: {
      text: 'MMDAgent-EX がいるはずのポート {port} では何も待ち受けていません',
      remedy:
        '.mdf に Plugin_Remote_EnableServer=true と Plugin_Remote_ListenPort={port} を書いて MMDAgent-EX を起動してください。',
    },
  },
  'ports.peerElsewhere': {
    en: { text: 'MMDAgent-EX is expected on {host}, whose ports cannot be seen from here', remedy: '' },
    ja: { text: 'MMDAgent-EX は {host} にいるはずで、そのポートはここからは見えません', remedy: '' },
  },
  'ports.peerConnected': {
    en: { text: 'MMDAgent-EX (pid {pid}) and the bridge are connected over port {port}', remedy: '' },
    ja: { text: 'MMDAgent-EX（pid {pid}）とブリッジはポート {port} でつながっています', remedy: '' },
  },
  'ports.peerApart': {
    en: {
      text: 'MMDAgent-EX (pid {pid}) runs, but is not connected to the bridge',
      remedy:
        'Without Plugin_Remote_RetryCount it tries only once: start the bridge first, then restart MMDAgent-EX. Compare its .mdf with `mmdagent-bridge mdf FILE`.',
    },
    ja: {
      text: 'MMDAgent-EX（pid {pid}）は動いていますが、ブリッジにつながっていません',
      remedy:
        'Plugin_Remote_RetryCount がないと一度しか接続を試みません。先にブリッジを起動してから MMDAgent-EX を起動し直してください。.mdf は `mmdagent-bridge mdf FILE` で確かめられます。',
    },
  },
  'ports.peerAlone': {
    en: {
      text: 'MMDAgent-EX (pid {pid}) runs, and no daemon of the bridge is there to connect to it',
      remedy:
        'Run `mmdagent-bridge daemon start`. If MMDAgent-EX is the one that dials and has no Plugin_Remote_RetryCount in its .mdf, restart it afterwards.',
    },
    ja: {
      text: 'MMDAgent-EX（pid {pid}）は動いていますが、つながる相手のブリッジのデーモンが動いていません',
      remedy:
        '`mmdagent-bridge daemon start` を実行してください。MMDAgent-EX の側から接続する設定で .mdf に Plugin_Remote_RetryCount がなければ、その後 MMDAgent-EX を起動し直してください。',
    },
  },
  'ports.secondClient': {
    en: {
      text: '{program} (pid {pid}) is also connected to MMDAgent-EX on port {port}',
      remedy:
        'Both share one input buffer, so words and sound get mixed up; and on Linux and macOS MMDAgent-EX ends when one of them leaves. Stop the sound there, then restart MMDAgent-EX with the bridge alone.',
    },
    ja: {
      text: '{program}（pid {pid}）もポート {port} で MMDAgent-EX につながっています',
      remedy:
        '受信バッファは共有なので、文と音が混ざります。また Linux と macOS では、片方が切れると MMDAgent-EX が終了します。そちらの音を止め、ブリッジだけをつないで MMDAgent-EX を起動し直してください。',
    },
  },
  'ports.peerNotRunning': {
    en: { text: 'No MMDAgent-EX runs on this machine', remedy: 'Start it, if it is meant to run here.' },
    ja: {
      text: 'このマシンでは MMDAgent-EX は動いていません',
      remedy: 'ここで動かすつもりなら起動してください。',
    },
  },
  'ports.httpOpen': {
    en: {
      text: "MMDAgent-EX's own HTTP server listens on {address}:{port}, without a password; a % in a request ends the program",
      remedy: 'Write http_server=false into the .mdf, or block the port in the firewall.',
    },
    ja: {
      text: 'MMDAgent-EX 自身の HTTP サーバーが {address}:{port} でパスワードなしに待ち受けています。% を含む要求で異常終了します',
      remedy: '.mdf に http_server=false と書くか、ファイアウォールでポートを閉じてください。',
    },
  },
  'ports.unreadable': {
    en: {
      text: 'The table of sockets of this machine could not be read: who holds which port is not known',
      remedy: 'On Windows netstat and tasklist are needed, on macOS lsof and ps.',
    },
    ja: {
      text: 'このマシンのソケットの表が読めないため、どのポートを誰が使っているか分かりません',
      remedy: 'Windows では netstat と tasklist、macOS では lsof と ps が必要です。',
    },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
