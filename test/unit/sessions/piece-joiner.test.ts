import { describe, expect, it } from 'vitest';
import type { TurnChunk } from '../../../src/dialogue/index.js';
import type { SessionPiece } from '../../../src/sessions/index.js';
import { PieceJoiner } from '../../../src/sessions/piece-joiner.js';

function chunk(text: string, tag?: string): TurnChunk {
  const raw = tag === undefined ? text : `[face:${tag}]${text}`;
  const cues =
    tag === undefined
      ? []
      : [{ name: 'face', value: tag, durationMs: undefined, attributes: {}, raw: `[face:${tag}]` }];
  return { turn: 1, index: 0, isFirst: true, raw, text, cues, language: undefined };
}

function voiced(index: number, text: string, startMs: number, endMs: number) {
  return { index, text, language: 'en', startMs, endMs, pcm: new Uint8Array(endMs - startMs) };
}

function rig() {
  const pieces: SessionPiece[] = [];
  return { pieces, joiner: new PieceJoiner(1, (piece) => pieces.push(piece)) };
}

describe('Tags and sound of a piece', () => {
  it('come together, in order', () => {
    const { pieces, joiner } = rig();
    joiner.chunk(chunk('Hello. ', 'joy'));
    joiner.chunk(chunk('Bye.'));
    joiner.voiced(voiced(0, 'Hello. ', 0, 300));
    joiner.voiced(voiced(1, 'Bye.', 300, 500));
    expect(pieces.map(({ index, raw, text, span }) => ({ index, raw, text, span }))).toEqual([
      { index: 0, raw: '[face:joy]Hello. ', text: 'Hello. ', span: { startMs: 0, endMs: 300 } },
      { index: 1, raw: 'Bye.', text: 'Bye.', span: { startMs: 300, endMs: 500 } },
    ]);
    expect(pieces[0]?.cues.map(({ value }) => value)).toEqual(['joy']);
    expect([joiner.raw, joiner.text]).toEqual(['[face:joy]Hello. Bye.', 'Hello. Bye.']);
  });

  it('join the next words where they have none of their own', () => {
    const { pieces, joiner } = rig();
    joiner.chunk(chunk('', 'thinking'));
    joiner.chunk(chunk('Well.', 'joy'));
    joiner.voiced(voiced(0, 'Well.', 0, 300));
    expect(pieces.map(({ raw, cues }) => [raw, cues.map(({ value }) => value)])).toEqual([
      ['[face:thinking][face:joy]Well.', ['thinking', 'joy']],
    ]);
  });

  it('are told behind the last words where nothing follows', () => {
    const { pieces, joiner } = rig();
    joiner.chunk(chunk('Bye.'));
    joiner.chunk(chunk('', 'sleep'));
    joiner.voiced(voiced(0, 'Bye.', 0, 300));
    joiner.end();
    expect(pieces.map(({ text, span }) => [text, span === undefined])).toEqual([
      ['Bye.', false],
      ['', true],
    ]);
  });

  it("are kept apart from words that are not the model's", () => {
    const { pieces, joiner } = rig();
    joiner.voiced(voiced(0, 'One moment. ', 0, 200));
    joiner.chunk(chunk('Here it is.', 'joy'));
    joiner.voiced(voiced(1, 'Here it is.', 200, 500));
    expect(pieces.map(({ raw, cues }) => [raw, cues.length])).toEqual([
      ['One moment. ', 0],
      ['[face:joy]Here it is.', 1],
    ]);
  });

  it('are shown at once where nobody gives the sound', () => {
    const { pieces, joiner } = rig();
    joiner.shown(chunk('Hello.', 'joy'));
    expect(pieces.map(({ text, pcm, span }) => [text, pcm, span])).toEqual([
      ['Hello.', undefined, undefined],
    ]);
  });

  it('are told again without words after a pause', () => {
    const { joiner } = rig();
    const again = joiner.again(voiced(3, 'Rest.', 120, 300));
    expect([again.index, again.raw, again.text, again.span]).toEqual([
      3,
      '',
      '',
      { startMs: 120, endMs: 300 },
    ]);
    expect(again.pcm?.byteLength).toBe(180);
  });

  it('put sound together only when somebody reads it', () => {
    const { pieces, joiner } = rig();
    let reads = 0;
    joiner.voiced({
      ...{ index: 0, text: 'Hello.', language: undefined, startMs: 0, endMs: 10 },
      get pcm() {
        reads++;
        return new Uint8Array(320);
      },
    });
    expect(reads).toBe(0);
    expect(pieces[0]?.pcm?.byteLength).toBe(320);
    expect(reads).toBe(1);
  });
});
