import { describe, expect, it } from 'vitest';
import { type EndJudgement, judgeEnd, judgeInterjection } from '../../../src/turns/index.js';
import { type CorpusLine, turnsCorpus } from '../../support/turns-corpus.js';

const MARKS = /[,、…」"]$/u;
const stopped = ({ language, text }: CorpusLine): string =>
  MARKS.test(text) ? text : `${text}${language === 'ja' ? '。' : '.'}`;

function share(lines: readonly CorpusLine[], holds: (line: CorpusLine) => boolean): number {
  return lines.filter(holds).length / lines.length;
}

function of(name: string, language: string): readonly CorpusLine[] {
  return turnsCorpus(name).filter((line) => line.language === language);
}

const isState =
  (state: EndJudgement['state'], write: (line: CorpusLine) => string = ({ text }) => text) =>
  (line: CorpusLine): boolean =>
    judgeEnd(write(line)).state === state;

describe('The corpora of turns', () => {
  it.each(['unfinished', 'finished'])(
    'have at least 200 different lines of %s turns in each language',
    (name) => {
      for (const language of ['ja', 'en']) {
        const texts = [...of(name, language), ...of(`${name}.held-out`, language)].map(({ text }) => text);
        expect(texts.length).toBeGreaterThanOrEqual(200);
        expect(texts.every((text) => text === text.trim() && text !== '')).toBe(true);
      }
    },
  );

  it.each(['unfinished', 'finished', 'backchannels', 'hard-words', 'words'])(
    'hold out lines of %s that are not among those the rules were made from',
    (name) => {
      const known = new Set(turnsCorpus(name).map(({ text }) => text));
      const repeated = turnsCorpus(`${name}.held-out`).filter(({ text }) => known.has(text));
      expect(repeated.length / turnsCorpus(`${name}.held-out`).length).toBeLessThan(0.05);
      const second = turnsCorpus(`${name}.held-out-2`);
      for (const { text } of turnsCorpus(`${name}.held-out`)) known.add(text);
      expect(second.filter(({ text }) => known.has(text))).toEqual([]);
      for (const language of ['ja', 'en']) {
        expect(second.filter((line) => line.language === language).length).toBeGreaterThanOrEqual(118);
      }
    },
  );

  it('call nothing both finished and unfinished', () => {
    const finished = new Set(turnsCorpus('finished').map(({ text }) => text));
    expect(turnsCorpus('unfinished').filter(({ text }) => finished.has(text))).toEqual([]);
  });
});

describe.each(['ja', 'en'])('Ends of turns in %s', (language) => {
  it('are known for unfinished, with a full stop too', () => {
    const lines = of('unfinished', language);
    expect(share(lines, isState('unfinished'))).toBeGreaterThanOrEqual(0.99);
    expect(share(lines, isState('unfinished', stopped))).toBeGreaterThanOrEqual(0.99);
  });

  it('are not taken for unfinished when the turn is whole', () => {
    const lines = of('finished', language);
    expect(share(lines, isState('unfinished'))).toBeLessThanOrEqual(0.005);
    expect(share(lines, isState('unfinished', stopped))).toBeLessThanOrEqual(0.005);
    expect(share(lines, isState('finished', stopped))).toBeGreaterThanOrEqual(0.99);
    expect(
      share(
        lines,
        isState('finished', ({ text }) => `${text}?`),
      ),
    ).toBe(1);
  });

  it('are never called finished while they plainly go on', () => {
    expect(share(of('unfinished', language), isState('finished'))).toBeLessThanOrEqual(0.005);
    expect(share(of('unfinished.held-out', language), isState('finished'))).toBeLessThanOrEqual(0.02);
  });

  it('are judged nearly as well where the rules have not seen them', () => {
    expect(share(of('unfinished.held-out', language), isState('unfinished'))).toBeGreaterThanOrEqual(0.94);
    expect(share(of('finished.held-out', language), isState('unfinished'))).toBeLessThanOrEqual(0.037);
  });

  it('are judged as well in the second set of lines, which the rules learned from after they were measured', () => {
    expect(share(of('unfinished.held-out-2', language), isState('unfinished'))).toBeGreaterThanOrEqual(0.94);
    expect(share(of('finished.held-out-2', language), isState('unfinished'))).toBeLessThanOrEqual(0.03);
    expect(share(of('unfinished.held-out-2', language), isState('finished'))).toBeLessThanOrEqual(0.02);
  });
});

describe('Ends of turns in English that no rule was made from', () => {
  const unfinished = turnsCorpus('unfinished.held-out-3');
  const finished = turnsCorpus('finished.held-out-3');

  it('stand in no other file', () => {
    for (const [name, lines] of Object.entries({ unfinished, finished })) {
      const known = ['', '.held-out', '.held-out-2'].flatMap((set) => turnsCorpus(`${name}${set}`));
      const texts = new Set(known.map(({ text }) => text));
      expect(lines.filter(({ text }) => texts.has(text))).toEqual([]);
    }
    expect(unfinished.length).toBeGreaterThanOrEqual(80);
    expect(finished.length).toBeGreaterThanOrEqual(40);
  });

  it('are recognised in seven cases of ten, and seldom called whole', () => {
    expect(share(unfinished, isState('unfinished'))).toBeGreaterThanOrEqual(0.72);
    expect(share(unfinished, isState('finished'))).toBeLessThanOrEqual(0.085);
    expect(share(finished, isState('unfinished'))).toBeLessThanOrEqual(0.065);
  });
});

describe('Interjections', () => {
  const isRight =
    (wanted: string) =>
    ({ text }: CorpusLine): boolean =>
      judgeInterjection(text) === wanted;

  it.each([
    ['backchannels', 'backchannel', 0.9],
    ['hard-words', 'stop', 0.98],
    ['words', 'words', 1],
  ])('in %s are told apart', (name, wanted, heldOut) => {
    expect(share(turnsCorpus(name), isRight(wanted))).toBeGreaterThanOrEqual(0.99);
    expect(share(turnsCorpus(`${name}.held-out`), isRight(wanted))).toBeGreaterThanOrEqual(heldOut);
    expect(share(turnsCorpus(`${name}.held-out-2`), isRight(wanted))).toBeGreaterThanOrEqual(0.97);
  });

  it('never let the avatar go on when it was told to stop, or spoken to', () => {
    const lines = ['hard-words', 'words'].flatMap((name) => [
      ...turnsCorpus(name),
      ...turnsCorpus(`${name}.held-out`),
    ]);
    const missed = lines.filter(({ text }) => ['backchannel', 'nothing'].includes(judgeInterjection(text)));
    expect(missed).toEqual([]);
  });
});
