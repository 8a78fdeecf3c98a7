import { describe, expect, it } from 'vitest';
import { TRACE_STAGES, TraceBook } from '../../../src/kept/index.js';

describe('TraceBook', () => {
  it('gives percentiles by the nearest rank', () => {
    const book = new TraceBook();
    for (let ms = 100; ms >= 1; ms--) book.add({ firstAudio: ms });
    expect(book.stages()).toEqual([
      { stage: 'firstAudio', count: 100, p50Ms: 50, p95Ms: 95, maxMs: 100, lastMs: 1 },
    ]);
  });

  it('has stages in the order of a turn, and only those that were reached', () => {
    const book = new TraceBook();
    book.add({ ended: 900, transcript: 150, sent: 0 });
    book.add({ transcript: 50, interruptedAt: 400 });
    expect(book.stages().map(({ stage, count }) => `${stage} ${count}`)).toEqual([
      'transcript 2',
      'sent 1',
      'interruptedAt 1',
      'ended 1',
    ]);
    expect(book.turns).toBe(2);
  });

  it('tells what a turn reached, for histograms', () => {
    expect(new TraceBook().add({ sent: 600, endOfTurn: -20 })).toEqual([
      { stage: 'endOfTurn', ms: -20 },
      { stage: 'sent', ms: 600 },
    ]);
  });

  it('looks back on the newest turns only and counts all', () => {
    const book = new TraceBook(10);
    for (let ms = 1; ms <= 1000; ms++) book.add({ sent: ms });
    expect(book.stages()).toEqual([
      { stage: 'sent', count: 1000, p50Ms: 995, p95Ms: 1000, maxMs: 1000, lastMs: 1000 },
    ]);
  });

  it('takes no times that are none', () => {
    const book = new TraceBook();
    book.add({ sent: Number.NaN, heard: Number.POSITIVE_INFINITY });
    expect(book.stages()).toEqual([]);
  });

  it('knows every stage once', () => {
    expect(new Set(TRACE_STAGES).size).toBe(TRACE_STAGES.length);
    const book = new TraceBook();
    book.add(Object.fromEntries(TRACE_STAGES.map((stage, index) => [stage, index])));
    expect(book.stages().map(({ stage }) => stage)).toEqual([...TRACE_STAGES]);
  });
});
