import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lipTableCheck } from '../../../src/doctor/checks/lip-table.js';
import { modelsCheck } from '../../../src/doctor/checks/models.js';
import { scriptsCheck } from '../../../src/doctor/checks/scripts.js';
import { inputType, parseFst } from '../../../src/doctor/content/fst.js';
import { modelMorphs } from '../../../src/doctor/content/model-morphs.js';
import { parseShapemap } from '../../../src/doctor/content/shapemap.js';
import { DEFAULT_LIP_TABLE } from '../../../src/lipsync/index.js';
import { pmdFile, pmxFile, SJIS } from './model-files.js';
import { type FakeMachine, findingsOf, levelsAndIds, procFiles } from './rig.js';

const FACE = pmdFile(Object.values(SJIS).map((nameSjis, index) => ({ nameSjis, vertices: index })));
const SHAPEMAP = '# mouth\nLIP_A あ\nLIP_I い\nLIP_U う\nLIP_O お\nEXMORPH_smile い 0.5\n';
const LOADS = '0 1:\n    <eps> MODEL_ADD|0|face/a.pmd\n';

const content = (
  files: Readonly<Record<string, string | Uint8Array>>,
  more: FakeMachine = {},
): FakeMachine => ({
  ...more,
  files: Object.fromEntries([
    ['/c/main.mdf', ''],
    ...Object.entries(files).map(([name, text]) => [`/c/${name}`, text]),
  ]),
  options: { content: '/c/main.mdf' },
});

describe('parseFst', () => {
  it('reads lines of their own, blocks, further inputs and quotes', () => {
    const text = [
      '# RECOG_EVENT_STOP|no',
      '$x=1, $y="a b"',
      '0 1 KEY|1 SYNTH_START|0|v|"two words" $z=2',
      '',
      '1 2:',
      '    RECOG_EVENT_STOP|hi <eps>',
      '    +@RECOG\\_EVENT\\_STOP\\|.*(a|b).*@',
      '%INCLUDE(more.fst)',
      '%INCLUDE "other file.fst"',
    ].join('\r\n');
    expect(parseFst(text)).toEqual({
      arcs: [
        { line: 3, input: 'KEY|1', output: 'SYNTH_START|0|v|two words' },
        { line: 6, input: 'RECOG_EVENT_STOP|hi', output: '<eps>' },
        { line: 7, input: '@RECOG\\_EVENT\\_STOP\\|.*(a|b).*@', output: '' },
      ],
      includes: ['more.fst', 'other file.fst'],
    });
  });

  it.each([
    ['RECOG_EVENT_STOP|hi', 'RECOG_EVENT_STOP'],
    ['@RECOG\\_EVENT\\_STOP\\|.*(a|b)@', 'RECOG_EVENT_STOP'],
    ['@RECOG_EVENT_STOP|x@', 'RECOG_EVENT_STOP'],
    ['<eps>', '<eps>'],
  ])('knows the type of %s', (input, type) => expect(inputType(input)).toBe(type));

  it('survives any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(parseFst(text).arcs)));
  });
});

describe('Dialogue scripts', () => {
  it('say what answers, speaks, moves lips and controls beside the bridge, by file and line', async () => {
    const found = await findingsOf(
      scriptsCheck,
      content({
        'main.fst':
          '0 1:\n  RECOG_EVENT_STOP|hi SYNTH_START|0|v|x\n  SYNTH_EVENT_STOP|0 LIPSYNC_START|0|a,1\n%INCLUDE(sub/qa.fst)\n',
        'sub/qa.fst': '1 2 KEY|1 PLUGIN_DISABLE|Remote\n1 2 KEY|2 AVATAR_CONTROL|DISABLE\n',
        'main.fst.extra.fst': '0 1 @RECOG\\_EVENT\\_STOP\\|.*@ SPEAK_START|0|x.wav\n',
        'unused.fst': '0 1 RECOG_EVENT_STOP|no <eps>\n',
      }),
    );
    expect(found.map(({ level, id, values }) => `${level} ${id} ${values['places'] ?? ''}`)).toEqual([
      'ok content.scripts ',
      'error content.controlsRemote sub/qa.fst:1',
      'warning content.controlsRemote sub/qa.fst:2',
      'warning content.movesLips main.fst:3',
      'warning content.answersSpeech main.fst:2, main.fst.extra.fst:1',
      'warning content.speaksItself main.fst:2, main.fst.extra.fst:1',
      'info content.followsSpeech main.fst:3',
    ]);
    expect(found[0]?.values).toEqual({ count: 3, arcs: 5 });
  });

  it('do not list places without end', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => `0 1 RECOG_EVENT_STOP|${index} <eps>`).join('\n');
    const found = await findingsOf(scriptsCheck, content({ 'main.fst': lines }));
    expect(found.at(-1)?.values['places']).toBe(
      'main.fst:1, main.fst:2, main.fst:3, main.fst:4, main.fst:5, main.fst:6 (+44)',
    );
  });

  it('may not be there, or be named by the .mdf', async () => {
    expect(levelsAndIds(await findingsOf(scriptsCheck, content({})))).toEqual(['info content.noScript']);
    const named = content({ 'talk.fst': '0 1 <eps> <eps>' });
    const found = await findingsOf(scriptsCheck, {
      ...named,
      files: { ...named.files, '/c/main.mdf': 'ContentFile=talk.fst' },
    });
    expect(levelsAndIds(found)).toEqual(['ok content.scripts']);
  });

  it('end when they include each other, and tell what is not there', async () => {
    const found = await findingsOf(
      scriptsCheck,
      content({ 'main.fst': '%INCLUDE(a.fst)\n%INCLUDE(gone.fst)\n', 'a.fst': '%INCLUDE(main.fst)\n' }),
    );
    expect(found.map(({ id, values }) => [id, values['file']])).toEqual([
      ['content.scripts', undefined],
      ['content.scriptUnreadable', 'gone.fst'],
    ]);
  });

  it('load a model under another alias than the bridge speaks through', async () => {
    const script = '0 1:\n <eps> MODEL_ADD|gene|a.pmd\n <eps> MODEL_ADD|$name|$file.pmd\n';
    expect(await findingsOf(scriptsCheck, content({ 'main.fst': script }))).toMatchObject([
      { id: 'content.scripts' },
      { id: 'content.aliasUnknown', level: 'error', values: { model: '0', aliases: 'gene' } },
    ]);
    const found = await findingsOf(
      scriptsCheck,
      content({ 'main.fst': script }, { config: { model: 'gene' } }),
    );
    expect(levelsAndIds(found)).toContain('ok content.alias');
  });
});

describe('modelMorphs', () => {
  it('reads PMD names, which are Shift_JIS and end at a zero', () => {
    expect(modelMorphs(FACE)).toEqual({ format: 'pmd', names: new Set(['あ', 'い', 'う', 'お']) });
  });

  it.each(['utf16le', 'utf8'] as const)('reads PMX names in %s, past everything else', (encoding) => {
    const names = ['あ', 'ひらき', 'c', 'd', 'e', 'f', 'g', 'h', 'まばたき', 'last'];
    expect(modelMorphs(pmxFile(names, encoding))).toEqual({ format: 'pmx', names: new Set(names) });
  });

  it('knows no other files, and none that end early', () => {
    for (const bytes of [new Uint8Array(0), Buffer.from('Pmd'), Buffer.from('hello world')]) {
      expect(modelMorphs(new Uint8Array(bytes))).toBeUndefined();
    }
    const [pmd, pmx] = [FACE, pmxFile(['あ'], 'utf8')];
    fc.assert(
      fc.property(
        fc.nat({ max: pmx.byteLength - 1 }),
        (end) => modelMorphs(pmx.subarray(0, end)) === undefined,
      ),
    );
    // Behind the morphs of a PMD nothing is needed.
    fc.assert(
      fc.property(
        fc.nat({ max: pmd.byteLength - 2 }),
        (end) => modelMorphs(pmd.subarray(0, end)) === undefined,
      ),
    );
  });

  it('survives wrong counts without running long', () => {
    fc.assert(
      fc.property(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, noise) => {
        for (const file of [FACE, pmxFile(['あ', 'い'], 'utf16le')]) {
          const bytes = file.slice();
          bytes.set(
            noise.subarray(0, bytes.byteLength),
            Math.min(4 + (at % bytes.byteLength), bytes.byteLength - noise.byteLength),
          );
          modelMorphs(bytes);
        }
      }),
    );
  });
});

describe('parseShapemap', () => {
  const parse = (text: string) => parseShapemap(new Uint8Array(Buffer.from(text)));

  it('reads lips and EXMORPH names, the first of each', () => {
    const { lips, exMorphs, hidden, isUtf8 } = parse(
      `${SHAPEMAP}LIP_A い\nNOLIP x,y\nTRACK_HEAD 頭\n#LIP_B x\n`,
    );
    expect([...lips]).toEqual([
      ['LIP_A', 'あ'],
      ['LIP_I', 'い'],
      ['LIP_U', 'う'],
      ['LIP_O', 'お'],
    ]);
    expect([...exMorphs]).toEqual([['smile', 'い']]);
    expect([hidden, isUtf8]).toEqual([[], true]);
  });

  it.each(['LIP_A\tあ', '\tLIP_A あ', '\uFEFFLIP_A あ'])('sees that MMDAgent-EX does not see %j', (line) => {
    const { lips, hidden } = parse(line);
    expect([[...lips], hidden]).toEqual([[], ['LIP_A']]);
  });

  it('reads Shift_JIS, and says so', () => {
    const bytes = Buffer.concat([Buffer.from('LIP_A '), SJIS.あ]);
    const { lips, isUtf8 } = parseShapemap(new Uint8Array(bytes));
    expect([lips.get('LIP_A'), isUtf8]).toEqual(['あ', false]);
  });
});

describe('Models', () => {
  const files = { 'main.fst': LOADS, 'face/a.pmd': FACE, 'face/a.pmd.shapemap': SHAPEMAP };

  it('have a shapemap whose lips are morphs', async () => {
    const found = await findingsOf(modelsCheck, content(files));
    expect(levelsAndIds(found)).toEqual(['ok content.lipEntries', 'ok content.exMorphs']);
    expect(found[1]?.values).toMatchObject({ path: 'face/a.pmd.shapemap', count: 1, names: 'smile' });
  });

  it.each([
    ['LIP_A あ', 'LIP_A ん', 'warning content.lipNoMorph', { keys: 'LIP_A ん', morphs: 'あ, い, う, お' }],
    ['LIP_A あ\n', '', 'warning content.lipMissing', { keys: 'LIP_A' }],
    ['LIP_A あ', 'LIP_A\tあ', 'warning content.shapemapHidden', { keys: 'LIP_A' }],
    ['EXMORPH_smile い 0.5', '', 'info content.noExMorphs', {}],
  ])('tell of %j written as %j', async (from, to, expected, values) => {
    const found = await findingsOf(
      modelsCheck,
      content({ ...files, 'face/a.pmd.shapemap': SHAPEMAP.replace(from, to) }),
    );
    expect(levelsAndIds(found)).toContain(expected);
    expect(found.find(({ id }) => expected.endsWith(id))?.values).toMatchObject(values);
  });

  it('tell of a shapemap in another encoding', async () => {
    const shapemap = new Uint8Array(Buffer.concat([Buffer.from('LIP_A '), SJIS.あ]));
    const found = await findingsOf(modelsCheck, content({ ...files, 'face/a.pmd.shapemap': shapemap }));
    expect(levelsAndIds(found)).toContain('warning content.shapemapEncoding');
  });

  it('may have morphs in the table beside them', async () => {
    const changed = { ...files, 'face/a.pmd.shapemap': SHAPEMAP.replace('LIP_A あ', 'LIP_A あ２') };
    const table = 'VertexMorph,"あ２","",3\n';
    expect(
      levelsAndIds(await findingsOf(modelsCheck, content({ ...changed, 'face/a.pmd.csv': table }))),
    ).toContain('ok content.lipEntries');
  });

  it('may have no shapemap, or not be readable', async () => {
    const { 'face/a.pmd.shapemap': _, ...without } = files;
    expect(levelsAndIds(await findingsOf(modelsCheck, content(without)))).toEqual([
      'info content.shapemapMissing',
    ]);
    const encrypted = await findingsOf(modelsCheck, content({ ...files, 'face/a.pmd': 'XXXX' }));
    expect(levelsAndIds(encrypted)).toEqual(['info content.modelUnread', 'ok content.exMorphs']);
  });

  it('must be there, with the same capital and small letters', async () => {
    const gone = await findingsOf(modelsCheck, content({ 'main.fst': LOADS }));
    expect(gone).toMatchObject([
      { id: 'content.modelMissing', values: { path: 'face/a.pmd', place: 'main.fst:2' } },
    ]);
    const other = content({
      'main.fst': LOADS.replace('a.pmd', 'A.pmd'),
      'face/a.pmd': FACE,
      'face/a.pmd.shapemap': SHAPEMAP,
    });
    expect(levelsAndIds(await findingsOf(modelsCheck, other))[0]).toBe('error content.modelCase');
    expect(levelsAndIds(await findingsOf(modelsCheck, { ...other, platform: 'win32' }))[0]).toBe(
      'warning content.modelCase',
    );
  });
});

describe('lip.txt', () => {
  const rows = (names: readonly string[]): string =>
    `4\nあ い う お\n${names.length}\n${names.map((name) => `${name} 0.1 0 0 0`).join('\n')}\n`;
  const all = rows(DEFAULT_LIP_TABLE.names);

  it('beside the program is read and compared with what is sent', async () => {
    const { files = {}, symlinks = {} } = procFiles([], { 42: ['/opt/mmd/MMDAgent-EX'] });
    const machine = (text: string): FakeMachine => ({
      files: { ...files, '/opt/mmd/AppData/lip.txt': text },
      symlinks,
    });
    expect(levelsAndIds(await findingsOf(lipTableCheck, machine(all)))).toEqual(['ok content.lipTable']);
    const found = await findingsOf(lipTableCheck, machine(rows(['a', 'sil'])));
    expect(levelsAndIds(found)).toEqual(['ok content.lipTable', 'warning content.phonemesMissing']);
  });

  it('given by --lip-txt may know less, since the bridge keeps to it', async () => {
    const machine = { files: { '/l.txt': rows(['a', 'sil']) }, config: { lipTxt: '/l.txt' } };
    expect(levelsAndIds(await findingsOf(lipTableCheck, machine))).toEqual(['ok content.lipTable']);
  });

  it('may be broken, or not there', async () => {
    const broken = { files: { '/l.txt': '4\nあ い' }, config: { lipTxt: '/l.txt' } };
    expect(levelsAndIds(await findingsOf(lipTableCheck, broken))).toEqual(['error content.lipTableBroken']);
    expect(levelsAndIds(await findingsOf(lipTableCheck, { config: { lipTxt: '/l.txt' } }))).toEqual([
      'error content.lipTableMissing',
    ]);
    expect(await findingsOf(lipTableCheck)).toEqual([]);
  });

  it('names morphs that the model must have', async () => {
    const mouth = pmdFile([{ nameSjis: SJIS.あ, vertices: 1 }]);
    const base = content({ 'main.fst': LOADS, 'face/a.pmd': mouth, 'lip.txt': all });
    const found = await findingsOf(lipTableCheck, { ...base, config: { lipTxt: '/c/lip.txt' } });
    expect(found.at(-1)).toMatchObject({
      id: 'content.lipTableNoMorph',
      values: { model: 'face/a.pmd', morphs: 'い, う, お' },
    });
  });
});
