import type { TextRow } from './text-row.js';

export const TOOL_TEXTS = {
  'tools.node': {
    en: { text: 'Node.js {version} on {platform}', remedy: '' },
    ja: { text: '{platform} の Node.js {version}', remedy: '' },
  },
  'tools.nodeOld': {
    en: {
      text: 'Node.js {version} is older than {wanted}',
      remedy: 'Install Node.js {wanted} or newer from https://nodejs.org.',
    },
    ja: {
      text: 'Node.js {version} は {wanted} より古い版です',
      remedy: 'https://nodejs.org から Node.js {wanted} 以降を入れてください。',
    },
  },
  'tools.recorders': {
    en: { text: 'Programs that record: {programs}', remedy: '' },
    ja: { text: '録音に使えるプログラム: {programs}', remedy: '' },
  },
  'tools.players': {
    en: { text: 'Programs that play: {programs}', remedy: '' },
    ja: { text: '再生に使えるプログラム: {programs}', remedy: '' },
  },
  'tools.noRecorder': {
    en: {
      text: 'No program that records is installed (looked for {programs}): `mic` and `listen` cannot work',
      remedy: 'Install one: {install}. Files and the browser page need none.',
    },
    ja: {
      text: '録音できるプログラムがありません（探したもの: {programs}）。`mic` と `listen` は使えません',
      remedy: 'どれか一つを入れてください: {install}。ファイルの再生とブラウザのページには要りません。',
    },
  },
  'tools.noPlayer': {
    en: {
      text: 'No program that plays is installed (looked for {programs}): `lipsync` cannot play sound here',
      remedy: 'Install one: {install}. Sound that MMDAgent-EX plays needs none.',
    },
    ja: {
      text: '再生できるプログラムがありません（探したもの: {programs}）。`lipsync` はここで音を鳴らせません',
      remedy: 'どれか一つを入れてください: {install}。MMDAgent-EX が鳴らす音には要りません。',
    },
  },
  'tools.chosenMissing': {
    en: {
      text: '{setting} asks for {program}, which is not installed',
      remedy: 'Install it, or set {setting} to auto.',
    },
    ja: {
      text: '{setting} で {program} が指定されていますが、入っていません',
      remedy: '入れるか、{setting} を auto にしてください。',
    },
  },
} as const satisfies Readonly<Record<string, TextRow>>;
