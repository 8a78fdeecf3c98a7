import type { TextRow } from './text-row.js';

export const CONTENT_TEXTS = {
  'content.noScript': {
    en: {
      text: '{file} has no dialogue script (.fst): nothing but the bridge controls the avatar',
      remedy: '',
    },
    ja: { text: '{file} に対話スクリプト（.fst）はなく、アバターを動かすのはブリッジだけです', remedy: '' },
  },
  'content.scripts': {
    en: { text: 'Dialogue scripts read: {count}, with lines: {arcs}', remedy: '' },
    ja: { text: '対話スクリプト {count} 個、{arcs} 行を読みました', remedy: '' },
  },
  'content.scriptUnreadable': {
    en: {
      text: '{file} is named by a script, and cannot be read',
      remedy: 'Correct the name: letter case counts on Linux and macOS.',
    },
    ja: {
      text: '{file} はスクリプトで指定されていますが、読めません',
      remedy: '名前を直してください。Linux と macOS では大文字と小文字が区別されます。',
    },
  },
  'content.answersSpeech': {
    en: {
      text: 'The content answers recognised speech by itself: {places}',
      remedy:
        'If a program answers through the bridge too, two voices speak. Put # before these lines, or let only one of them answer.',
    },
    ja: {
      text: 'コンテンツ自身が音声認識の結果に答えます: {places}',
      remedy:
        'ブリッジを通してプログラムも答えると、二重に話します。これらの行の先頭に # を付けるか、どちらか一方だけに答えさせてください。',
    },
  },
  'content.followsSpeech': {
    en: {
      text: 'The content waits for events of speech or lips: {places}',
      remedy:
        'Harmless with streamed sound, which causes none; `lipsync` and `speak-file` cause such events, and the content then goes on as if it had spoken itself.',
    },
    ja: {
      text: 'コンテンツが発話や口の動きのイベントを待っています: {places}',
      remedy:
        '音を送って話す場合はイベントが起きないので問題ありません。`lipsync` と `speak-file` では起きるので、コンテンツは自分が話したものとして先に進みます。',
    },
  },
  'content.speaksItself': {
    en: {
      text: 'The content speaks by itself: {places}',
      remedy: 'It may talk over the bridge. Put # before these lines if the bridge shall be the only voice.',
    },
    ja: {
      text: 'コンテンツ自身が話します: {places}',
      remedy:
        'ブリッジの声と重なることがあります。ブリッジだけに話させるなら、これらの行の先頭に # を付けてください。',
    },
  },
  'content.movesLips': {
    en: {
      text: 'The content moves the lips by itself: {places}',
      remedy:
        'While the bridge moves them, the last command wins and the mouth may stay open. Put # before these lines.',
    },
    ja: {
      text: 'コンテンツ自身が口を動かします: {places}',
      remedy:
        'ブリッジが口を動かしている間は後の命令が勝ち、口が開いたままになることがあります。これらの行の先頭に # を付けてください。',
    },
  },
  'content.controlsRemote': {
    en: {
      text: 'The content sends commands that belong to the bridge: {places}',
      remedy:
        'Remove them: the bridge sends AVATAR_CONTROL and __AV commands itself, and PLUGIN_DISABLE|Remote ends MMDAgent-EX.',
    },
    ja: {
      text: 'コンテンツが、ブリッジの使う命令を送っています: {places}',
      remedy:
        '消してください。AVATAR_CONTROL と __AV はブリッジが送ります。PLUGIN_DISABLE|Remote は MMDAgent-EX を終了させます。',
    },
  },
  'content.aliasUnknown': {
    en: {
      text: 'The bridge speaks through the model {model}, but the content loads {aliases}',
      remedy: 'Set --model to one of them.',
    },
    ja: {
      text: 'ブリッジはモデル {model} で話しますが、コンテンツが読み込むのは {aliases} です',
      remedy: '--model をそのどれかにしてください。',
    },
  },
  'content.alias': {
    en: { text: 'The content loads the model {model} that the bridge speaks through', remedy: '' },
    ja: { text: 'コンテンツは、ブリッジが話すモデル {model} を読み込みます', remedy: '' },
  },
  'content.modelMissing': {
    en: {
      text: 'The model file {path} named in {place} is not there',
      remedy: 'Correct the name, or get the model: some contents keep it as a Git submodule.',
    },
    ja: {
      text: '{place} のモデルファイル {path} がありません',
      remedy:
        '名前を直すか、モデルを入手してください。Git のサブモジュールになっているコンテンツもあります。',
    },
  },
  'content.modelCase': {
    en: {
      text: 'The model file {path} named in {place} is called {actual}',
      remedy: 'Write it with the same capital and small letters: on Linux they count.',
    },
    ja: {
      text: '{place} のモデルファイル {path} の実際の名前は {actual} です',
      remedy: '大文字と小文字をそろえてください。Linux では区別されます。',
    },
  },
  'content.modelUnread': {
    en: { text: '{path} could not be read as a PMD or PMX model, so its morphs are not known', remedy: '' },
    ja: { text: '{path} は PMD・PMX として読めず、モーフは分かりません', remedy: '' },
  },
  'content.shapemapMissing': {
    en: {
      text: '{path} is not there: MMDAgent-EX takes its own default.shapemap for this model',
      remedy:
        'If the mouth does not move, write the file; LIP_A, LIP_I, LIP_U and LIP_O name the morphs of the mouth.',
    },
    ja: {
      text: '{path} がないため、MMDAgent-EX は付属の default.shapemap を使います',
      remedy:
        '口が動かなければこのファイルを作り、LIP_A、LIP_I、LIP_U、LIP_O に口のモーフ名を書いてください。',
    },
  },
  'content.lipEntries': {
    en: { text: '{path} names a morph of the model for each of {keys}', remedy: '' },
    ja: { text: '{path} の {keys} は、すべてモデルにあるモーフを指しています', remedy: '' },
  },
  'content.lipMissing': {
    en: {
      text: '{path} has no {keys}: with streamed sound the mouth does not make these shapes',
      remedy: 'Add a line for each, such as LIP_A あ, with a morph of the model.',
    },
    ja: {
      text: '{path} に {keys} がありません。送った音に合わせた口の動きでは、その形になりません',
      remedy: 'それぞれ LIP_A あ のように、モデルのモーフ名を書いてください。',
    },
  },
  'content.lipNoMorph': {
    en: {
      text: '{path}: {keys} name morphs that the model does not have',
      remedy: 'Write morphs of the model: {morphs}.',
    },
    ja: {
      text: '{path}: {keys} はモデルにないモーフを指しています',
      remedy: 'モデルにあるモーフを書いてください: {morphs}。',
    },
  },
  'content.shapemapHidden': {
    en: {
      text: '{path}: MMDAgent-EX does not see {keys}, because a tab or a byte order mark stands beside them',
      remedy: 'Use blanks instead of tabs, and save without a byte order mark.',
    },
    ja: {
      text: '{path}: タブか BOM があるため、MMDAgent-EX には {keys} が見えません',
      remedy: 'タブの代わりに空白を使い、BOM なしで保存してください。',
    },
  },
  'content.shapemapEncoding': {
    en: {
      text: '{path} is not UTF-8, so morphs with Japanese names are not found',
      remedy: 'Save it as UTF-8 without a byte order mark.',
    },
    ja: {
      text: '{path} は UTF-8 ではないため、日本語のモーフ名が見つかりません',
      remedy: 'BOM なしの UTF-8 で保存してください。',
    },
  },
  'content.exMorphs': {
    en: { text: '{path} has {count} EXMORPH names: {names}', remedy: '' },
    ja: { text: '{path} の EXMORPH 名は {count} 個です: {names}', remedy: '' },
  },
  'content.noExMorphs': {
    en: {
      text: '{path} has no EXMORPH names: EXMORPH messages do nothing',
      remedy: 'Only needed for EXMORPH: add lines such as EXMORPH_smile にこり.',
    },
    ja: {
      text: '{path} に EXMORPH 名がないため、EXMORPH メッセージは効きません',
      remedy: 'EXMORPH を使うときだけ、EXMORPH_smile にこり のような行を加えてください。',
    },
  },
  'content.lipTable': {
    en: { text: '{path} has {count} phonemes for {morphs} mouth shapes', remedy: '' },
    ja: { text: '{path} は口の形 {morphs} 種類と音素 {count} 個を定めています', remedy: '' },
  },
  'content.lipTableBroken': {
    en: {
      text: '{path} is no lip.txt that MMDAgent-EX takes: {reason}',
      remedy: 'Take the lip.txt of the MMDAgent-EX release and change it again.',
    },
    ja: {
      text: '{path} は MMDAgent-EX が読める lip.txt ではありません: {reason}',
      remedy: 'MMDAgent-EX 付属の lip.txt から作り直してください。',
    },
  },
  'content.lipTableMissing': {
    en: {
      text: '--lip-txt names {path}, which cannot be read',
      remedy: 'Correct the path, or leave --lip-txt out.',
    },
    ja: { text: '--lip-txt の {path} が読めません', remedy: 'パスを直すか、--lip-txt を外してください。' },
  },
  'content.phonemesMissing': {
    en: {
      text: '{path} does not know {phonemes}: MMDAgent-EX takes its first row for them',
      remedy:
        'Add these rows, or give the file to the bridge with --lip-txt so that it sends only what is there.',
    },
    ja: {
      text: '{path} に {phonemes} がありません。MMDAgent-EX は先頭の行で代用します',
      remedy: 'その行を加えるか、--lip-txt でこのファイルをブリッジに渡し、ある音素だけを送らせてください。',
    },
  },
  'content.lipTableNoMorph': {
    en: {
      text: 'The model of {model} does not have the morphs {morphs} of lip.txt: with LIPSYNC_START the mouth does not make these shapes',
      remedy: 'Write morphs of the model into lip.txt, or use a model that has them.',
    },
    ja: {
      text: 'モデル {model} には lip.txt のモーフ {morphs} がありません。LIPSYNC_START ではその口の形になりません',
      remedy: 'lip.txt にモデルのモーフ名を書くか、そのモーフを持つモデルを使ってください。',
    },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
