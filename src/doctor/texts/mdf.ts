import type { TextRow } from './text-row.js';

export const MDF_TEXTS = {
  'mdf.none': {
    en: {
      text: 'No .mdf was given, so the settings of MMDAgent-EX were not looked at',
      remedy: 'Name it, or its folder: `mmdagent-bridge doctor FILE.mdf`.',
    },
    ja: {
      text: '.mdf が指定されていないため、MMDAgent-EX の設定は調べていません',
      remedy: '`mmdagent-bridge doctor ファイル.mdf` のように、ファイルかフォルダーを指定してください。',
    },
  },
  'mdf.notFound': {
    en: {
      text: 'There is no .mdf at {path}',
      remedy: 'Name the .mdf that MMDAgent-EX is started with, or the folder it lies in.',
    },
    ja: {
      text: '{path} に .mdf がありません',
      remedy: 'MMDAgent-EX の起動に使う .mdf か、そのフォルダーを指定してください。',
    },
  },
  'mdf.notText': {
    en: {
      text: '{path} is no .mdf: it is not a text file',
      remedy: 'Name the .mdf that MMDAgent-EX is started with, or its folder.',
    },
    ja: {
      text: '{path} は .mdf ではありません（テキストファイルではない）',
      remedy: 'MMDAgent-EX の起動に使う .mdf、またはそのフォルダーを指定してください。',
    },
  },
  'mdf.several': {
    en: {
      text: '{folder} holds {count} .mdf files; {file} was looked at',
      remedy: 'Name another one: `mmdagent-bridge doctor FILE.mdf`.',
    },
    ja: {
      text: '{folder} には .mdf が {count} 個あります。{file} を調べました',
      remedy: 'ほかのものは `mmdagent-bridge doctor ファイル.mdf` で指定してください。',
    },
  },
  'mdf.fits': {
    en: { text: '{file} fits the link {link}', remedy: '' },
    ja: { text: '{file} はリンク {link} に合っています', remedy: '' },
  },
  'mdf.unreadable': {
    en: {
      text: '{file} cannot be read as an .mdf: {reason}',
      remedy: 'Save it as UTF-8 without a byte order mark.',
    },
    ja: {
      text: '{file} は .mdf として読めません: {reason}',
      remedy: 'BOM なしの UTF-8 で保存してください。',
    },
  },
  'mdf.byteOrderMark': {
    en: {
      text: '{file} begins with a byte order mark, so MMDAgent-EX does not understand its first line',
      remedy: 'Save it as UTF-8 without a byte order mark, or let its first line be empty.',
    },
    ja: {
      text: '{file} の先頭に BOM があるため、MMDAgent-EX は一行目を理解しません',
      remedy: 'BOM なしの UTF-8 で保存するか、一行目を空にしてください。',
    },
  },
  'mdf.notUtf8': {
    en: {
      text: '{file} is not UTF-8: names beyond ASCII in it are not found by MMDAgent-EX',
      remedy: 'Save it as UTF-8 without a byte order mark.',
    },
    ja: {
      text: '{file} は UTF-8 ではありません。ASCII 以外の名前を MMDAgent-EX は見つけられません',
      remedy: 'BOM なしの UTF-8 で保存してください。',
    },
  },
  'mdf.missing': {
    en: {
      text: '{file}: {key} is missing',
      remedy: 'Add {key}={wanted}. `mmdagent-bridge mdf {file} --write` does it.',
    },
    ja: {
      text: '{file}: {key} がありません',
      remedy: '{key}={wanted} を加えてください。`mmdagent-bridge mdf {file} --write` でもできます。',
    },
  },
  'mdf.wrongValue': {
    en: {
      text: '{file}: {key} is {found}, but the link needs {wanted}',
      remedy:
        'Write {key}={wanted}, or change --link to fit. `mmdagent-bridge mdf {file} --write` does the first.',
    },
    ja: {
      text: '{file}: {key} は {found} ですが、リンクには {wanted} が必要です',
      remedy:
        '{key}={wanted} と書くか、--link を合わせてください。前者は `mmdagent-bridge mdf {file} --write` でもできます。',
    },
  },
  'mdf.rivalKey': {
    en: {
      text: '{file}: {key}={found} switches MMDAgent-EX to another kind of link; it takes one at a time',
      remedy: 'Remove the line or put # before it, or choose that kind with --link.',
    },
    ja: {
      text: '{file}: {key}={found} は別の種類のリンクに切り替えます。MMDAgent-EX が使うのは一種類だけです',
      remedy: 'その行を消すか先頭に # を付けるか、--link をその種類にしてください。',
    },
  },
  'mdf.retryCount': {
    en: {
      text: '{file}: Plugin_Remote_RetryCount is {found}: MMDAgent-EX gives up on the bridge and stays silent until it is restarted',
      remedy: 'Write Plugin_Remote_RetryCount={wanted}.',
    },
    ja: {
      text: '{file}: Plugin_Remote_RetryCount が {found} です。MMDAgent-EX は接続をあきらめ、起動し直すまで黙ったままになります',
      remedy: 'Plugin_Remote_RetryCount={wanted} と書いてください。',
    },
  },
  'mdf.retryMissing': {
    en: {
      text: '{file}: Plugin_Remote_RetryCount is missing: MMDAgent-EX tries the bridge only once and stays silent until it is restarted',
      remedy: 'Add Plugin_Remote_RetryCount={wanted}.',
    },
    ja: {
      text: '{file}: Plugin_Remote_RetryCount がありません。MMDAgent-EX は一度しか接続を試みず、起動し直すまで黙ったままになります',
      remedy: 'Plugin_Remote_RetryCount={wanted} を加えてください。',
    },
  },
  'mdf.httpServer': {
    en: {
      text: '{file}: http_server is not false: MMDAgent-EX takes commands by HTTP from anyone who reaches the machine, and a % in one ends it',
      remedy: 'Write http_server=false.',
    },
    ja: {
      text: '{file}: http_server が false ではありません。MMDAgent-EX は HTTP で誰からの命令も受け付け、% を含む命令で異常終了します',
      remedy: 'http_server=false と書いてください。',
    },
  },
  'mdf.hiddenKey': {
    en: {
      text: '{file}: MMDAgent-EX does not see {key}, because blanks or a byte order mark stand beside it',
      remedy: 'Write {key} in the first column, with no blank before =.',
    },
    ja: {
      text: '{file}: {key} の前後に空白か BOM があるため、MMDAgent-EX には見えません',
      remedy: '{key} を行頭に書き、= の前に空白を置かないでください。',
    },
  },
  'mdf.pluginDisabled': {
    en: {
      text: '{file}: disablePlugin switches off the plugin that the link needs',
      remedy: 'Take it out of disablePlugin, or add it to enablePlugin.',
    },
    ja: {
      text: '{file}: disablePlugin が、リンクに必要なプラグインを切っています',
      remedy: 'disablePlugin から除くか、enablePlugin に加えてください。',
    },
  },
  'mdf.notOurLink': {
    en: {
      text: 'The link {link} cannot be compared with {file}: {reason}',
      remedy: 'Give the link a fixed port and an address that MMDAgent-EX can dial.',
    },
    ja: {
      text: 'リンク {link} は {file} と比べられません: {reason}',
      remedy: 'リンクに、固定のポートと、MMDAgent-EX から接続できるアドレスを指定してください。',
    },
  },
  'mdf.longArgument': {
    en: {
      text: '{file}: {key} has an argument of {bytes} bytes; MMDAgent-EX has room for 99 and overwrites its own memory beyond',
      remedy: 'Shorten it: a shorter path, or a short script that starts the program.',
    },
    ja: {
      text: '{file}: {key} の引数が {bytes} バイトあります。MMDAgent-EX は 99 バイトまでで、超えると自分のメモリを壊します',
      remedy: '短いパスにするか、プログラムを起動する短いスクリプトを使ってください。',
    },
  },
  'mdf.commandNotFound': {
    en: {
      text: '{file}: {key} starts {program}, which is not found on PATH or in the content’s folder',
      remedy: 'Install it, or write its full path.',
    },
    ja: {
      text: '{file}: {key} が起動する {program} は、PATH にもコンテンツのフォルダーにも見つかりません',
      remedy: '入れるか、フルパスで書いてください。',
    },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
