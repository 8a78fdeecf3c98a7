import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../../src/runtime/index.js';
import { fromBase64, toBase64 } from '../../../../src/web/widget/base64.js';
import { type ChatLine, KeptChat, newChatId } from '../../../../src/web/widget/kept-chat.js';
import { recordingType } from '../../../../src/web/widget/recorder.js';
import { Waits } from '../../../../src/web/widget/server-facts.js';
import { Subscribers } from '../../../../src/web/widget/subscribers.js';
import type { WidgetMessage } from '../../../../src/web/widget/transport.js';
import { letterMs, lettersOf, typeText } from '../../../../src/web/widget/typing.js';
import { wavFileOf } from '../../../../src/web/widget/wav-of.js';
import { inkOn, readWidgetOptions } from '../../../../src/web/widget/widget-options.js';
import { widgetTexts } from '../../../../src/web/widget/widget-texts.js';

const random = (bytes: Uint8Array<ArrayBuffer>): Uint8Array => crypto.getRandomValues(bytes);

describe('letterMs', () => {
  it('W7: is (length of the sound + 40 ms for each comma + 70 ms for each period) / letters', () => {
    expect(letterMs('Ten, ten, ten.', 2, 40)).toBeCloseTo((2000 + 2 * 40 + 70) / 14, 9);
    expect(letterMs('abcd', 1, 40)).toBe(250);
  });

  it('W7: counts the signs of Japanese as those of English', () => {
    expect(letterMs('はい、そうです。', 1, 40)).toBeCloseTo((1000 + 40 + 70) / 8, 9);
  });

  it.each([undefined, 0, Number.NaN])('W6: is the default where no sound is (%s)', (seconds) => {
    expect(letterMs('Hello, you.', seconds, 40)).toBe(40);
  });

  it('counts letters as readers see them', () => {
    expect(lettersOf('👩‍👩‍👧e\u0301か\u3099')).toEqual(['👩‍👩‍👧', 'e\u0301', 'か\u3099']);
    expect(letterMs('👩‍👩‍👧👩‍👩‍👧', 1, 40)).toBe(500);
  });

  it('W7: fills the time of the sound and its rests with any text', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (text, seconds) => {
          const allMs = letterMs(text, seconds, 40) * lettersOf(text).length;
          const rests = 40 * (text.split(',').length - 1) + 70 * (text.split('.').length - 1);
          expect(allMs).toBeCloseTo(seconds * 1000 + rests, 5);
        },
      ),
    );
  });
});

describe('typeText', () => {
  const typed = (text: string, eachMs: number) => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const steps: string[] = [];
    let isDone = false;
    void typeText(text, (letters) => steps.push(letters), {
      clock,
      letterMs: eachMs,
      signal: stop.signal,
    }).then(() => {
      isDone = true;
    });
    return { clock, stop, steps, isDone: () => isDone };
  };

  it('W6: writes one letter after the other, and is done when the last one has had its time', async () => {
    const { clock, steps, isDone } = typed('abc', 40);
    await clock.advanceAsync(39);
    expect(steps).toEqual(['a']);
    await clock.advanceAsync(41);
    expect(steps).toEqual(['a', 'b', 'c']);
    expect(isDone()).toBe(false);
    await clock.advanceAsync(40);
    expect(isDone()).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  it('keeps its time when the page was held up', async () => {
    const { clock, steps } = typed('abcdefghij', 10);
    await clock.advanceAsync(0);
    clock.stall(55);
    await clock.advanceAsync(0);
    expect(steps.join('')).toBe('abcdef');
  });

  it('writes all at once where there is no time for letters, and what is left when it is stopped', async () => {
    const atOnce = typed('hello', 0);
    await atOnce.clock.advanceAsync(0);
    expect(atOnce.steps).toEqual(['hello']);
    const stopped = typed('hello', 100);
    await stopped.clock.advanceAsync(150);
    stopped.stop.abort();
    await stopped.clock.advanceAsync(0);
    expect(stopped.steps).toEqual(['h', 'e', 'llo']);
    expect(stopped.isDone()).toBe(true);
    expect(stopped.clock.pendingCount).toBe(0);
  });

  it('writes every text as it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 0, max: 60 }),
        async (text, eachMs) => {
          const { clock, steps } = typed(text, eachMs);
          await clock.advanceAsync(100_000);
          expect(steps.join('')).toBe(text);
        },
      ),
      { numRuns: 30 },
    );
  });
});

class MemoryStorage implements Pick<Storage, 'getItem' | 'setItem'> {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

describe('KeptChat', () => {
  const line = (content: string): ChatLine => ({ role: 'user', content, atMs: 1 });
  const kept = (storage?: object): KeptChat => new KeptChat('key', storage as Storage | undefined, random);

  it('W11: has ten letters and digits for an id, each as likely as any other', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 3000; n++) {
      const id = newChatId(random);
      expect(id).toMatch(/^[A-Za-z0-9]{10}$/);
      for (const letter of id) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect(counts.size).toBe(62);
    // 484 expected each; seven standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 30_000 / 62)).toBeLessThan(160);
  });

  it('W11: takes no letter from a byte that would make some likelier', () => {
    const bytes = [255, 250, 248, 247, 0, 61, 62];
    let at = 0;
    expect(newChatId((array) => array.map(() => bytes[at++] ?? 1))).toBe('9A9ABBBBBB');
  });

  it('W10 and W11: has id and log again on the next page, and others where nothing is kept', () => {
    const storage = new MemoryStorage();
    const first = kept(storage);
    first.add(line('one'));
    const second = kept(storage);
    expect([second.id, second.lines]).toEqual([first.id, [line('one')]]);
    expect(kept().id).not.toBe(kept().id);
    expect(JSON.parse(second.asJson())).toEqual({ id: first.id, messages: [line('one')] });
  });

  it.each(['{', 'null', '[]', '{"id":"../../etc","lines":[]}', '{"id":"aB3dE6gH9j"}'])(
    'begins anew with %s',
    (text) => {
      const storage = new MemoryStorage();
      storage.setItem('key', text);
      expect(kept(storage).id).toMatch(/^[A-Za-z0-9]{10}$/);
      expect(kept(storage).lines).toEqual([]);
    },
  );

  it('goes on without a storage that works', () => {
    const broken = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    };
    const chat = kept(broken);
    chat.add(line('one'));
    expect(chat.lines).toHaveLength(1);
  });

  it('gives nobody its own lines, and keeps no more than 200', () => {
    const chat = kept();
    for (let n = 0; n < 250; n++) chat.add(line(String(n)));
    expect(chat.lines).toHaveLength(200);
    (chat.lines[0] as { content: string }).content = 'changed';
    expect(chat.lines[0]?.content).toBe('50');
  });
});

describe('Subscribers', () => {
  const message = (text: string): WidgetMessage => ({
    type: 'textChunk',
    code: 0x11,
    text,
    bytes: new Uint8Array(),
  });

  it('W29: asks one after the other until one has consumed the message', async () => {
    const subscribers = new Subscribers();
    const seen: string[] = [];
    subscribers.subscribe(({ text }) => {
      seen.push(`first ${text}`);
      return text === 'mine';
    });
    subscribers.subscribe(({ text }) => {
      seen.push(`second ${text}`);
    });
    const told = await Promise.all(
      ['mine', 'other'].map((text) => new Promise((resolve) => subscribers.offer(message(text), resolve))),
    );
    expect(told).toEqual([true, false]);
    expect(seen).toEqual(['first mine', 'first other', 'second other']);
  });

  it('W28, W29: keeps the order of messages however long a handler takes', async () => {
    const subscribers = new Subscribers();
    const told: string[] = [];
    const leave = subscribers.subscribe(async ({ text }) => {
      if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 5));
    });
    subscribers.offer(message('slow'), () => told.push('slow'));
    leave();
    await new Promise<void>((resolve) =>
      subscribers.offer(message('fast'), () => {
        told.push('fast');
        resolve();
      }),
    );
    expect(told).toEqual(['slow', 'fast']);
  });

  it('W29: takes a handler back, once for each time it was given, and bears one that throws', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const subscribers = new Subscribers();
    let asked = 0;
    const handler = (): never => {
      asked++;
      throw new Error('of the page');
    };
    const leave = subscribers.subscribe(handler);
    const leaveToo = subscribers.subscribe(handler);
    expect(await new Promise((resolve) => subscribers.offer(message('a'), resolve))).toBe(false);
    leave();
    leave();
    await new Promise((resolve) => subscribers.offer(message('b'), resolve));
    leaveToo();
    // Nobody is asked: at once.
    let isTold = false;
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 1));
    subscribers.offer(message('c'), () => {
      isTold = true;
    });
    expect([asked, isTold, logged.mock.calls.length]).toEqual([3, true, 3]);
    logged.mockRestore();
  });
});

describe('recordingType', () => {
  const browser =
    (...types: string[]) =>
    (type: string): boolean =>
      types.includes(type);

  it('W-t8: takes what this browser records: as it is what the server reads, else converted', () => {
    expect(recordingType(browser('audio/webm;codecs=opus', 'audio/mp4'))).toEqual({
      type: 'audio/webm;codecs=opus',
      isConverted: false,
    });
    expect(recordingType(browser('audio/ogg;codecs=opus'))).toEqual({
      type: 'audio/ogg;codecs=opus',
      isConverted: false,
    });
    // Safari before 18.4.
    expect(recordingType(browser('audio/mp4'))).toEqual({ type: 'audio/mp4', isConverted: true });
    expect(recordingType(browser())).toEqual({ type: '', isConverted: true });
  });
});

describe('wavFileOf', () => {
  it('makes a WAV of 16 bit at 16 kHz, and cuts what is beyond full scale', () => {
    const file = wavFileOf(Float32Array.of(0, 1, -1, 2, 0.5));
    const view = new DataView(file.buffer);
    expect(String.fromCharCode(...file.slice(0, 4), ...file.slice(8, 16))).toBe('RIFFWAVEfmt ');
    expect([view.getUint32(4, true), view.getUint32(24, true), view.getUint32(40, true)]).toEqual([
      46, 16_000, 10,
    ]);
    expect([0, 1, 2, 3, 4].map((at) => view.getInt16(44 + 2 * at, true))).toEqual([
      0, 32_767, -32_767, 32_767, 16_384,
    ]);
  });
});

describe('base64', () => {
  it('gives back any bytes, in whatever pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
        const all = pieces.flatMap((piece) => [...piece]);
        expect([...fromBase64(toBase64(pieces))]).toEqual(all);
        expect(toBase64(pieces)).toBe(Buffer.from(all).toString('base64'));
      }),
    );
    const large = new Uint8Array(300_000).fill(7);
    expect(toBase64([large])).toBe(Buffer.from(large).toString('base64'));
  });
});

describe('Waits', () => {
  it('W-t10: waits 1 to 30 s, longer from time to time, not in step with others, and shorter again when it was there', () => {
    const [low, high] = [new Waits(() => 0), new Waits(() => 1)];
    const steps = (waits: Waits): number[] => Array.from({ length: 8 }, () => waits.next() / 1000);
    expect(steps(low)).toEqual([1, 2, 4, 8, 15, 15, 15, 15]);
    expect(steps(high)).toEqual([2, 4, 8, 16, 30, 30, 30, 30]);
    high.reset();
    expect(high.next()).toBe(2000);
  });
});

describe('readWidgetOptions', () => {
  const place = { src: 'https://bridge.example/x/widget.js', pageLanguage: '', browserLanguage: 'en-US' };
  const read = (data: Record<string, string>, more: Partial<typeof place> = {}) => {
    const warned: string[] = [];
    const options = readWidgetOptions(data, { ...place, ...more }, (text) => warned.push(text));
    return { options, warned };
  };

  it('W1: needs nothing but the tag', () => {
    const { options, warned } = read({});
    expect(options).toEqual({
      server: 'https://bridge.example',
      transport: 'ws',
      language: 'en',
      title: undefined,
      welcome: undefined,
      persona: undefined,
      position: 'right',
      color: undefined,
      theme: 'auto',
      hasVoice: true,
      typingMs: 40,
      isTypingInStep: true,
      isOpen: false,
    });
    expect(warned).toEqual([]);
  });

  it('takes every option', () => {
    const { options, warned } = read({
      server: 'http://localhost:8080/path',
      transport: 'http',
      lang: 'ja',
      title: 'Shop',
      welcome: 'Hi!',
      persona: 'clerk',
      position: 'left',
      color: '#a1F',
      theme: 'dark',
      voice: 'off',
      typing: '15.5',
      typingSync: 'off',
      open: 'true',
    });
    expect(options).toEqual({
      server: 'http://localhost:8080',
      transport: 'http',
      language: 'ja',
      title: 'Shop',
      welcome: 'Hi!',
      persona: 'clerk',
      position: 'left',
      color: '#aa11FF',
      theme: 'dark',
      hasVoice: false,
      typingMs: 15.5,
      isTypingInStep: false,
      isOpen: true,
    });
    expect(warned).toEqual([]);
    expect(read({ typing: 'off' }).options.typingMs).toBe(0);
  });

  it('passes over what is wrong, and says so', () => {
    const { options, warned } = read({
      server: 'javascript:alert(1)',
      transport: 'smoke',
      color: 'red;}*{display:none',
      typing: '-1',
      typingSync: 'maybe',
    });
    expect(options).toEqual(read({}).options);
    expect(warned).toHaveLength(5);
    expect(warned.join()).toContain('data-typing-sync: expected on or off, got "maybe"');
  });

  it("speaks the page's language, else the browser's", () => {
    expect(read({}, { pageLanguage: 'ja-JP' }).options.language).toBe('ja');
    expect(read({}, { browserLanguage: 'ja' }).options.language).toBe('ja');
    expect(read({}, { pageLanguage: 'en', browserLanguage: 'ja' }).options.language).toBe('en');
  });

  it('writes on every colour in what is read best', () => {
    expect([inkOn('#ffffff'), inkOn('#000000'), inkOn('#ffcc00'), inkOn('#3f5f8a')]).toEqual([
      '#000000',
      '#ffffff',
      '#000000',
      '#ffffff',
    ]);
  });
});

describe('widgetTexts', () => {
  it('has every text in both languages, with the same blanks', () => {
    const [en, ja] = [widgetTexts('en'), widgetTexts('ja')];
    const keys = ['recording', 'failed', 'tooLong', 'recognised', 'open', 'send', 'away'] as const;
    const values = { time: '0:01', why: 'X', seconds: 9, text: 'T' };
    for (const key of keys) {
      expect(en(key, values)).not.toBe(ja(key, values));
      expect(en(key, values)).not.toContain('{');
      expect(ja(key, values)).not.toContain('{');
    }
  });
});

afterEach(() => vi.unstubAllGlobals());
