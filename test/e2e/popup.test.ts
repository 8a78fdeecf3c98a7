import { rmSync } from 'node:fs';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeViolations } from '../support/axe.js';
import { startPopupServer } from '../support/popup/popup-server.js';
import {
  type BuiltPage,
  buildPage,
  EVIL_MARKUP,
  isChromiumThere,
  launch,
  WAIT,
  whySkipped,
} from './page-browser.js';
import { FAKE_MIC, hostPage, type PopupRig, REFUSED_MIC, startRig, Widget } from './popup-rig.js';

const WELCOME = 'Assistant: Hello. How can I help you today?';
const HOSTILE_STYLE = `
  body * { display: none !important; all: unset !important; color: red !important; font-size: 3px !important;
      pointer-events: none !important; transform: scale(.1) !important; visibility: hidden !important; }
  button, textarea, div, section { position: static !important; width: 1px !important; }
  mmdagent-popup { opacity: 0 !important; display: none !important; }
  html, body { display: block !important; visibility: visible !important; font: 40px/3 cursive; text-transform: uppercase; }`;

const SCREENS = [
  ['on a desk', {}],
  ['on a phone', { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }],
] as const;

describe.skipIf(!isChromiumThere)(`the popup chat in a browser${whySkipped}`, () => {
  let built: BuiltPage;
  let browser: Browser;
  let rig: PopupRig;
  let widget: Widget;

  beforeAll(async () => {
    built = buildPage();
    browser = await launch(FAKE_MIC);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    built?.remove();
  }, 60_000);

  beforeEach(async () => {
    rig = await startRig(built.folder);
  });

  afterEach(async () => {
    await widget?.close();
    await rig.close();
  });

  const open = async (page: string, options: BrowserContextOptions = {}): Promise<Widget> => {
    widget = await Widget.open(browser, `${rig.server.origin}/${page}`, options);
    await widget.openPanel();
    return widget;
  };
  const rowsAre = (rows: string[]): Promise<unknown> => expect.poll(() => widget.rows(), WAIT).toEqual(rows);
  const untilIdle = (): Promise<unknown> => expect.poll(() => widget.isIdle(), WAIT).toBe(true);

  describe.each([
    ['http', 'popup-v1.html'],
    ['ws', 'popup-v2.html'],
  ])('over %s', (_, page) => {
    it('W2 to W5, W10: welcomes, takes a typed message, answers it, and keeps a log', async () => {
      await open(page);
      await rowsAre([WELCOME]);
      await widget.find('.field').press('Enter');
      await widget.say('   ');
      await rowsAre([WELCOME]);
      await widget.say('Good morning');
      expect(await widget.find('.field').inputValue()).toBe('');
      expect(await widget.find('.field').isDisabled()).toBe(true);
      expect(await widget.button('Speak a message').isDisabled()).toBe(true);
      await rowsAre([WELCOME, 'You: Good morning', 'Assistant: You said: Good morning.']);
      await untilIdle();
      expect(await widget.find('.field').isDisabled()).toBe(false);
      expect(await widget.button('Speak a message').isDisabled()).toBe(false);
      const history = (await widget.page.evaluate('mmdagentBridge.popup.history()')) as { content: string }[];
      expect(history.map(({ content }) => content)).toEqual([
        'Hello. How can I help you today?',
        'Good morning',
        'You said: Good morning.',
      ]);
      expect(widget.complaints).toEqual([]);
    });

    it('W5, W8, W9, W26, W27: takes a spoken message, and lets the microphone go', async () => {
      await open(page);
      await widget.page.evaluate(`{
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (what) => (window.stream = await ask(what), window.tracks = window.stream.getTracks(), window.stream);
      }`);
      await widget.button('Speak a message').click();
      await widget.find('.recording').waitFor();
      expect(await widget.find('.form, .entry').isVisible()).toBe(false);
      await expect.poll(() => widget.find('.recording').innerText(), WAIT).toMatch(/Recording 0:02/);
      await widget.button('Stop and send').click();
      await rowsAre([
        WELCOME,
        'You: ▶ Audio message “what you spoke”',
        'Assistant: You said: what you spoke.',
      ]);
      await untilIdle();
      const left = await widget.page.evaluate(
        '[window.stream.getTracks().length, window.tracks.map((track) => track.readyState).join()]',
      );
      expect(left).toEqual([0, 'ended']);
      // The browser's fake microphone beeps: at least what was recorded came, at 16 kHz.
      const [pcm = new Uint8Array()] = rig.heard;
      expect(pcm.byteLength / 32_000).toBeGreaterThan(1.5);
      expect(Math.max(...new Int16Array(pcm.slice().buffer))).toBeGreaterThan(500);
      await widget.button('Play your audio message').click();
      await widget.button('Stop your audio message').click();
      expect(widget.complaints).toEqual([]);
    }, 40_000);

    it('W-t5: shows markup of users and models as text', async () => {
      rig.reply = (text) => ({ pieces: [{ text: `${EVIL_MARKUP} ${text}`, soundMs: 100 }] });
      await open(page);
      await widget.say(EVIL_MARKUP);
      await rowsAre([WELCOME, `You: ${EVIL_MARKUP}`, `Assistant: ${EVIL_MARKUP} ${EVIL_MARKUP}`]);
      expect(await widget.find('.log img, .log script, .log b').count()).toBe(0);
      expect(await widget.page.evaluate('window.pwned')).toBeUndefined();
    });

    it('W-t9: stops a running answer', async () => {
      rig.reply = () => ({
        gapMs: 300,
        pieces: Array.from({ length: 30 }, () => ({ text: 'more ', soundMs: 200 })),
      });
      await open(page);
      await widget.say('Go on');
      if (page === 'popup-v2.html')
        await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toMatch(/more more/);
      else await expect.poll(() => rig.sessions.all[0]?.asked.length, WAIT).toBe(1);
      await widget.button('Stop the answer').click();
      await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toMatch(/Stopped$/);
      await untilIdle();
      await expect.poll(() => rig.sessions.all[0]?.cancelled, WAIT).toBe(1);
      await widget.say('Again');
      await expect.poll(() => rig.sessions.all[0]?.asked.length, WAIT).toBe(2);
    });

    it('W4 and W30: enables everything again after a failure, and says what failed', async () => {
      rig.reply = (text) =>
        text === 'fail'
          ? { pieces: [], failure: { code: 'BRIDGE_ERR_LLM_FAILED', message: 'x' } }
          : { pieces: [{ text: 'Fine.', soundMs: 0 }] };
      await open(page);
      await widget.say('fail');
      await untilIdle();
      expect((await widget.rows()).at(-1)).toMatch(/This did not work: /);
      rig.reply = () => ({ pieces: [{ text: 'Fine.' }] });
      await widget.say('works');
      await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toBe('Assistant: Fine.');
      expect(widget.complaints.join()).toMatch(/The server tells an error|500/);
    });

    it.each(SCREENS)(
      'W-t10: waits for a server that is away, says so, and sends once, %s',
      async (_, screen) => {
        await open(page, screen);
        await rowsAre([WELCOME]);
        await rig.stop();
        if (page === 'popup-v1.html') {
          // A request that failed on its way is not sent again.
          await widget.say('into the dark');
          await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toMatch(/It was not sent again/);
          await untilIdle();
        }
        await expect.poll(() => widget.find('.status').innerText(), WAIT).toMatch(/No connection/);
        await widget.say('Are you there?');
        await expect
          .poll(async () => (await widget.rows()).join(), WAIT)
          .toMatch(/Are you there\? Will be sent/);
        expect(await widget.find('.field').isDisabled()).toBe(true);
        await rig.restart();
        await expect
          .poll(async () => (await widget.rows()).at(-1), { timeout: 25_000 })
          .toBe('Assistant: You said: Are you there?.');
        expect(await widget.find('.status').isVisible()).toBe(false);
        const asked = rig.sessions.all.flatMap((session) => session.asked.map(({ text }) => text));
        expect(asked).toEqual(['Are you there?']);
      },
      60_000,
    );

    it('W19: asks for no voice where the user wants none', async () => {
      await open(page);
      await rowsAre([WELCOME]);
      await widget.button('Spoken answers: on').click();
      await widget.say('quietly');
      await untilIdle();
      expect([rig.sessions.all[0]?.asked.length, rig.sessions.spoken]).toEqual([1, []]);
    });

    it('has no barriers that a checker finds', async () => {
      await open(page);
      await widget.say('Hello');
      await rowsAre([WELCOME, 'You: Hello', 'Assistant: You said: Hello.']);
      expect(await axeViolations(widget.page)).toEqual([]);
    });
  });

  it('W6, W28: writes letter by letter in the order in which it came, however fast that is', async () => {
    rig.reply = () => ({ pieces: ['one ', 'two ', 'three ', 'four'].map((text) => ({ text, soundMs: 0 })) });
    await open('popup-v2.html');
    await rowsAre([WELCOME]);
    await widget.button('Spoken answers: on').click();
    const seen = new Set<string>();
    await widget.say('count');
    for (let n = 0; n < 400 && !(await widget.isIdle()); n++) seen.add((await widget.rows()).at(-1) ?? '');
    const texts = [...seen].filter((row) => row.startsWith('Assistant:')).map((row) => row.slice(11));
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) expect('one two three four'.startsWith(text)).toBe(true);
  });

  it('W7: takes as long to write as the sound lasts', async () => {
    rig.reply = () => ({ pieces: [{ text: 'Ten, ten.', soundMs: 1500 }] });
    await open('popup-v2.html');
    await rowsAre([WELCOME]);
    await widget.say('go');
    const length = async (): Promise<number> =>
      ((await widget.rows()).at(-1) ?? '').length - 'Assistant: '.length;
    await expect.poll(length, { ...WAIT, interval: 10 }).toBeGreaterThan(0);
    const startMs = performance.now();
    await untilIdle();
    const tookMs = performance.now() - startMs;
    // (1500 + 40 + 70) ms in all; written at 40 ms for each letter it were 360.
    expect(tookMs).toBeGreaterThan(1200);
  });

  it('W6: writes at once where the user wants no motion', async () => {
    await open('popup-v2.html', { reducedMotion: 'reduce' });
    await widget.button('Spoken answers: on').click();
    rig.reply = () => ({ pieces: [{ text: 'x'.repeat(2000), soundMs: 0 }] });
    await widget.say('long');
    await expect.poll(async () => (await widget.rows()).at(-1)?.length, { timeout: 5000 }).toBe(2011);
  });

  it('W3: sends nothing by the key that ends a Japanese conversion', async () => {
    await open('popup-v2.html', { locale: 'ja-JP' });
    await widget.find('.field').fill('こんにちは');
    await widget.page.evaluate(`
      document.querySelector('mmdagent-popup').shadowRoot.querySelector('.field')
        .dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))`);
    expect(await widget.find('.field').inputValue()).toBe('こんにちは');
    await widget.find('.field').press('Enter');
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toContain('You said: こんにちは.');
  });

  it.each(SCREENS)(
    'W8: stays usable when the microphone is refused, and logs that, %s',
    async (_, screen) => {
      const denying = await launch(REFUSED_MIC);
      try {
        widget = await Widget.open(denying, `${rig.server.origin}/popup-v2.html`, screen);
        await widget.openPanel();
        await rowsAre([WELCOME]);
        await widget.button('Speak a message').click();
        await expect
          .poll(() => widget.find('.status').innerText(), WAIT)
          .toMatch(/microphone was not allowed/);
        expect(widget.complaints.join()).toMatch(/microphone could not be used: NotAllowedError/);
        await widget.say('Then I write');
        await expect
          .poll(async () => (await widget.rows()).at(-1), WAIT)
          .toContain('You said: Then I write.');
      } finally {
        await denying.close();
      }
    },
  );

  it('W11: sends ten letters and digits for an id, the same one on the next page, another in another tab', async () => {
    await open('popup-v2.html');
    await widget.say('one');
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toContain('You said: one.');
    await untilIdle();
    await widget.page.reload();
    await widget.openPanel();
    await rowsAre([WELCOME, 'You: one', 'Assistant: You said: one.']);
    await widget.say('two');
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toContain('You said: two.');
    await untilIdle();
    const names = rig.sessions.all.map(({ wish }) => wish.name);
    expect(names).toEqual([expect.stringMatching(/^popup:[A-Za-z0-9]{10}$/)]);
    const other = await Widget.open(browser, `${rig.server.origin}/popup-v2.html`);
    await other.openPanel();
    await other.say('three');
    await expect.poll(() => rig.sessions.all.length, WAIT).toBe(2);
    await other.close();
  });

  it('W29: asks the page first; what it consumes is not shown, what nobody knows is logged', async () => {
    await open('popup-v2.html');
    await rowsAre([WELCOME]);
    await widget.page.evaluate(`
      window.seen = [];
      window.leave = mmdagentBridge.popup.subscribe(async ({ type, text }) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        window.seen.push(type);
        return type === 'textChunk' && text.startsWith('You said');
      })`);
    await widget.say('Hi');
    await rowsAre([WELCOME, 'You: Hi', 'Assistant: Hi.']);
    await untilIdle();
    expect(await widget.page.evaluate('window.seen.join()')).toBe(
      'emotion,audioChunk,textChunk,audioChunk,textChunk,audioEnd,textEnd',
    );
    await widget.page.evaluate('window.leave()');
    await widget.say('Ho');
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toBe('Assistant: You said: Ho.');
    expect(widget.complaints).toEqual([]);
  });

  it('loses its connection in an answer, says so, and goes on with the next', async () => {
    rig.reply = () => ({
      gapMs: 400,
      pieces: Array.from({ length: 20 }, () => ({ text: 'more ', soundMs: 100 })),
    });
    await open('popup-v2.html');
    await rowsAre([WELCOME]);
    await widget.say('Go on');
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toMatch(/more/);
    await rig.stop();
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toMatch(/may be incomplete/);
    await untilIdle();
    rig.reply = (text) => ({ pieces: [{ text: `Back: ${text}` }] });
    await rig.restart();
    await widget.say('again');
    await expect
      .poll(async () => (await widget.rows()).at(-1), { timeout: 25_000 })
      .toBe('Assistant: Back: again');
    expect(rig.sessions.all.flatMap(({ asked }) => asked.map(({ text }) => text))).toEqual([
      'Go on',
      'again',
    ]);
  }, 60_000);

  it('throws a recording away when it is closed, and lets the microphone go', async () => {
    await open('popup-v2.html');
    await rowsAre([WELCOME]);
    await widget.button('Speak a message').click();
    await expect.poll(() => widget.find('.recording').innerText(), WAIT).toMatch(/0:02/);
    await widget.page.keyboard.press('Escape');
    expect(await widget.find('.panel').isVisible()).toBe(false);
    await widget.openPanel();
    await widget.button('Speak a message').click();
    await expect.poll(() => widget.find('.recording').innerText(), WAIT).toMatch(/0:01/);
    await widget.button('Stop and send').click();
    await expect.poll(() => rig.heard.length, WAIT).toBe(1);
    // Of the second only.
    expect((rig.heard[0]?.byteLength ?? 0) / 32_000).toBeLessThan(2.6);
  }, 40_000);

  it('is used by keyboard alone: opens, focuses, closes with Escape and gives the focus back', async () => {
    widget = await Widget.open(browser, `${rig.server.origin}/popup.html`);
    await widget.find('.launcher').focus();
    await widget.page.keyboard.press('Enter');
    const focused = (): Promise<unknown> =>
      widget.page.evaluate("document.querySelector('mmdagent-popup').shadowRoot.activeElement?.className");
    expect(await focused()).toBe('field');
    await widget.page.keyboard.type('Hello');
    await widget.page.keyboard.press('Enter');
    await expect.poll(focused, WAIT).toBe('stop');
    await untilIdle();
    await expect.poll(focused, WAIT).toBe('field');
    await widget.page.keyboard.press('Escape');
    expect(await focused()).toBe('launcher');
    expect(await widget.find('.panel').isVisible()).toBe(false);
    expect(await axeViolations(widget.page)).toEqual([]);
  });

  it('W1: stands on a page of another site, whose style reaches nothing in it and is not reached', async () => {
    await rig.close();
    rig = await startRig(built.folder, { allowsOrigins: true });
    const folder = hostPage(
      `<script src="${rig.server.origin}/widget.js" data-title="Help"></script>`,
      HOSTILE_STYLE,
    );
    const host = await startPopupServer({ sessions: rig.sessions, folder });
    try {
      widget = await Widget.open(browser, `${host.origin.replace('127.0.0.1', 'localhost')}/host.html`);
      await widget.openPanel();
      await widget.say('From afar');
      await expect
        .poll(async () => (await widget.rows()).at(-1), WAIT)
        .toBe('Assistant: You said: From afar.');
      expect(rig.sessions.all[0]?.wish.caller.id).toBe('visitor:token1');
      const style = (await widget.page.evaluate(`(() => {
        const root = document.querySelector('mmdagent-popup').shadowRoot;
        const { fontSize, color, textTransform, fontFamily } = getComputedStyle(root.querySelector('.said'));
        const { width, height } = root.querySelector('.panel').getBoundingClientRect();
        return { fontSize, textTransform, isOurs: fontFamily.includes('system-ui'), color, width, height };
      })()`)) as Record<string, unknown>;
      expect(style).toMatchObject({
        fontSize: '15px',
        textTransform: 'none',
        isOurs: true,
        width: 372,
        height: 580,
      });
      expect(await widget.page.evaluate('getComputedStyle(document.body).textTransform')).toBe('uppercase');
      expect(await widget.page.evaluate('document.adoptedStyleSheets.length')).toBe(0);
      expect(widget.complaints).toEqual([]);
    } finally {
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('W18: gives the tutorial sound that it plays, though it declares it to be MP3', async () => {
    rig.reply = () => ({
      pieces: [
        { text: 'One. ', soundMs: 400 },
        { text: 'Two.', soundMs: 350 },
      ],
    });
    widget = await Widget.open(browser, `${rig.server.origin}/popup.html`);
    const answer = await widget.page.request.post(`${rig.server.origin}/api/message`, {
      data: { id: 'abc', message: 'Hi' },
    });
    const { audio } = (await answer.json()) as { audio: string };
    await widget.page.goto('about:blank');
    // By a Blob, as the tutorial does, and by an address that holds the sound.
    const lengths = await widget.page.evaluate(`Promise.all([
      URL.createObjectURL(new Blob([Uint8Array.from(atob('${audio}'), (letter) => letter.charCodeAt(0))], { type: 'audio/mp3' })),
      'data:audio/mp3;base64,${audio}',
    ].map((url) => new Promise((resolve, reject) => {
      const sound = new Audio(url);
      sound.addEventListener('error', () => reject(new Error(sound.error.message)));
      sound.addEventListener('ended', () => resolve(sound.duration));
      sound.play().catch(reject);
    })))`);
    expect(lengths).toEqual([expect.closeTo(0.75, 2), expect.closeTo(0.75, 2)]);
  });

  it('shows the tag, and changes with its options', async () => {
    widget = await Widget.open(browser, `${rig.server.origin}/popup.html`);
    const snippet = widget.page.locator('#snippet');
    expect(await snippet.innerText()).toBe(`<script src="${rig.server.origin}/widget.js"></script>`);
    await widget.page.selectOption('[name=transport]', 'http');
    await widget.page.selectOption('[name=theme]', 'dark');
    await widget.page.fill('[name=title]', 'A "shop"');
    await widget.page.locator('[name=title]').blur();
    expect(await snippet.innerText()).toBe(
      `<script src="${rig.server.origin}/widget.js" data-transport="http" data-theme="dark" data-title="A &quot;shop&quot;"></script>`,
    );
    await expect.poll(() => widget.find('.title').innerText(), WAIT).toBe('A "shop"');
    expect(await widget.page.locator('mmdagent-popup').count()).toBe(1);
    await widget.page.evaluate('mmdagentBridge.popup.destroy()');
    expect(await widget.page.locator('mmdagent-popup').count()).toBe(0);
    expect(widget.complaints).toEqual([]);
  });

  it('W8, W-t9: takes a spoken message by taps on a phone, stops its answer, and takes the next', async () => {
    rig.reply = () => ({
      gapMs: 300,
      pieces: Array.from({ length: 30 }, () => ({ text: 'more ', soundMs: 200 })),
    });
    await open('popup-v2.html', { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
    await widget.button('Speak a message').tap();
    await expect.poll(() => widget.find('.recording').innerText(), WAIT).toMatch(/Recording 0:01/);
    await widget.button('Stop and send').tap();
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toMatch(/more more/);
    expect((await widget.rows())[1]).toBe('You: ▶ Audio message “what you spoke”');
    await widget.button('Stop the answer').tap();
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toMatch(/Stopped$/);
    await untilIdle();
    rig.reply = (text) => ({ pieces: [{ text: `You said: ${text}.` }] });
    await widget.say('Again');
    await expect.poll(async () => (await widget.rows()).at(-1), WAIT).toBe('Assistant: You said: Again.');
    expect(widget.complaints).toEqual([]);
  }, 40_000);

  it('fits a phone, in the dark and in Japanese, without barriers', async () => {
    await open('popup.html', {
      viewport: { width: 390, height: 780 },
      colorScheme: 'dark',
      locale: 'ja-JP',
      hasTouch: true,
      isMobile: true,
    });
    await rowsAre(['アシスタント: Hello. How can I help you today?']);
    await widget.say('こんにちは');
    await expect
      .poll(async () => (await widget.rows()).at(-1), WAIT)
      .toBe('アシスタント: You said: こんにちは.');
    expect(await widget.find('.panel').boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 780 });
    expect(await widget.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await axeViolations(widget.page, { within: 'mmdagent-popup' })).toEqual([]);
  });
});
