import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiSession, BridgeApi } from '../../src/api/client/index.js';
import { connect } from '../../src/api/client/node.js';
import type { MachineFinding, MachinePort } from '../../src/server/index.js';
import { axeViolations } from '../support/axe.js';
import { startWholeServer, type WholeServer } from '../support/server/whole-server.js';
import { type BuiltPage, buildPage, isChromiumThere, launch, WAIT, whySkipped } from './page-browser.js';

/** Pictures for whoever changes the console: `CONSOLE_SHOTS=folder`. */
const SHOTS = process.env['CONSOLE_SHOTS'];
const HOSTILE = '<img src=x onerror="document.title=1"><b>bold</b>';
const FOUND: MachineFinding = {
  ...{ id: 'one', level: 'warning', area: 'tools' },
  texts: { en: { text: 'One thing', remedy: 'Do it' }, ja: { text: '一つ', remedy: 'する' } },
};
const MACHINE: MachinePort = {
  listDevices: async () => [],
  async *examine() {
    yield FOUND;
  },
  report: async () => '{}',
};

describe.skipIf(!isChromiumThere)(`the console in a browser${whySkipped}`, () => {
  let built: BuiltPage;
  let browser: Browser;
  let server: WholeServer;
  let page: Page;
  let complaints: string[];
  let api: BridgeApi;
  let client: ApiSession;

  beforeAll(async () => {
    built = buildPage();
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    built.remove();
  });
  beforeEach(async () => {
    server = await startWholeServer({ staticDir: built.folder, machine: MACHINE });
    api = connect({ url: server.origin, key: server.keys.ann });
    client = await api.open({ name: 'guest', user: 'Ann', voice: { to: 'nobody' } });
  });
  afterEach(async () => {
    await page.context().close();
    api.close();
    await server[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
  });

  async function open(path = '/', options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({
      ...{ locale: 'en-US', viewport: { width: 1240, height: 900 } },
      ...options,
    });
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    await page.goto(`${server.origin}${path}`);
  }

  async function logIn(): Promise<void> {
    await page.fill('#login-key', server.keys.operator);
    await page.click('#login-submit');
    await page.waitForSelector('body[data-link="online"]', WAIT);
  }

  async function shot(name: string): Promise<void> {
    if (SHOTS === undefined) return;
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  }

  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).first().textContent()) ?? '';
  const says = (selector: string, expected: string): Promise<unknown> =>
    page.locator(selector, { hasText: expected }).first().waitFor(WAIT);

  async function chooseGuest(): Promise<void> {
    await page.click('#area-sessions');
    await page.locator(`[data-session="${client.id}"] button`).click(WAIT);
    await page.waitForSelector('.con-acts:not([disabled])', WAIT);
  }

  it('asks for a key before anything else is asked for, and says what is wrong with one', async () => {
    const asked: string[] = [];
    await open('/', {});
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    page.on('websocket', (socket) => asked.push(new URL(socket.url()).pathname));
    await page.reload();
    await page.waitForSelector('#login:not([hidden])', WAIT);
    await page.waitForTimeout(500);
    expect(asked.filter((path) => path.startsWith('/api') || path === '/control')).toEqual(['/api/access']);
    expect(await page.locator('#pane-avatars').isVisible()).toBe(false);
    expect(await axeViolations(page)).toEqual([]);
    await shot('login');

    await page.fill('#login-key', 'mab_wrong');
    await page.keyboard.press('Enter');
    await says('#login-error', 'not known here');
    expect(await page.inputValue('#login-key')).toBe('');
    await page.fill('#login-key', server.keys.ann);
    await page.keyboard.press('Enter');
    await says('#login-error', 'role client');
    await logIn();
    expect(await page.locator('#login').isVisible()).toBe(false);
    // What the browser itself notes of a refused request.
    complaints = complaints.filter((line) => !line.includes('401'));

    await page.click('#logout');
    await page.waitForSelector('#login:not([hidden])', WAIT);
    expect(await page.evaluate(() => fetch('/api/v1/operator/settings').then(({ status }) => status))).toBe(
      401,
    );
    complaints = complaints.filter((line) => !line.includes('401'));
  });

  it('shows sessions of others while they talk, and what is said stays text', async () => {
    await open();
    await logIn();
    await chooseGuest();
    await says('.con-row', 'key:ann');
    const turn = await client.ask(HOSTILE);
    await turn.ended;
    await says('.con-line[data-role="user"] span', HOSTILE);
    await says('.con-events [data-event="ended"]', 'completed');
    expect(await page.locator('.con-lines img, .con-lines b, .con-events img, .con-events b').count()).toBe(
      0,
    );
    expect(await page.title()).toBe('mmdagent-bridge');
    await says('.con-row .con-about', 'Turns: 1');
    expect(await axeViolations(page)).toEqual([]);
    await shot('sessions');
    await client.close();
    await says('.con-over', 'has ended');
    expect(await page.locator('.con-acts textarea').isDisabled()).toBe(true);
  });

  it('writes replies in place of the model, and hands back', async () => {
    await open();
    await logIn();
    await chooseGuest();
    await page.getByRole('button', { name: 'Write the replies myself' }).click();
    await says('.con-say .hint', 'The model is not asked');
    const asked = await client.ask('Is anybody there?');
    await says('.con-line[data-role="user"] span', 'Is anybody there?');
    await page.getByLabel('What the avatar says in this session').fill('A person is here.');
    await page.keyboard.press('Enter');
    expect(await asked.ended).toMatchObject({ outcome: 'completed', heard: 'A person is here.' });
    await says('.con-line[data-role="assistant"] span', 'A person is here.');
    await says('.con-row .con-about', 'You write');
    await shot('wizard');
    await page.getByRole('button', { name: 'Let the model reply' }).click();
    const next = await (await client.ask('And now?')).ended;
    expect(next.heard).not.toContain('A person');
    expect(next.outcome).toBe('completed');
  });

  it('shows an emotion, interrupts, forgets and ends; the last two ask back', async () => {
    await open();
    await logIn();
    await chooseGuest();
    const faces: string[] = [];
    client.events.on('face', ({ face }) => faces.push(face));
    await page.getByLabel('Emotion').selectOption('joy');
    await page.getByRole('button', { name: 'Show it' }).click();
    await expect.poll(() => faces, WAIT).toContain('joy');
    await (await client.ask('remember me')).ended;
    await says('.con-line span', 'remember me');
    await page.getByRole('button', { name: 'Forget what was said' }).click();
    await page.getByRole('button', { name: 'No', exact: true }).click();
    expect(await client.messages()).not.toEqual([]);
    await page.getByRole('button', { name: 'Forget what was said' }).click();
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    await expect.poll(async () => (await client.messages()).length, WAIT).toBe(0);
    await page.getByRole('button', { name: 'End the session' }).click();
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    await expect.poll(() => client.isClosed, WAIT).toBe(true);
  });

  it('draws the stages of turns, and tells them as a table', async () => {
    for (let at = 0; at < 3; at++) await (await client.ask(`turn ${at}`)).ended;
    await open('/#latency');
    await logIn();
    await says('.con-turn td', 'ms');
    const stages = await page.locator('.con-turn tbody th').allTextContents();
    expect(stages).toContain('First word of the model');
    expect(stages.at(-1)).toBe('Ended');
    expect(await page.locator('.con-turn rect').count()).toBe(stages.length);
    await says('h3', 'Percentiles of these 3 turns');
    await says('h3', 'from /metrics');
    expect(await page.locator('#pane-latency select option').allTextContents()).toEqual(['All', 'api']);
    expect(await axeViolations(page)).toEqual([]);
    await shot('latency');
  });

  it('shows settings with their origins, and no secret anywhere', async () => {
    await open('/#settings');
    await logIn();
    await says('#pane-settings th', 'llmEngines');
    await says('.con-state', 'Settings file: bridge.json');
    const html = await page.content();
    for (const secret of [server.keys.operator, server.keys.ann, 'sk-engine-secret-of-this-test'])
      expect(html).not.toContain(secret);
    expect(html).not.toContain(join(server.folder, 'bridge.json'));
    await page.getByRole('searchbox', { name: 'Filter' }).last().fill('llmEngines');
    await expect.poll(() => page.locator('#pane-settings tbody tr').count(), WAIT).toBeGreaterThan(0);
    expect(await page.locator('#pane-settings tbody th').allTextContents()).toContain('llmEngines');
    expect(await axeViolations(page)).toEqual([]);
    await shot('settings');
  });

  it('lets comments rest, and shows kept conversations or that there are none', async () => {
    await open('/#comments');
    await logIn();
    await page.getByRole('button', { name: 'Let it rest' }).click();
    await says('#pane-comments [role="status"]', 'rests');
    expect(await axeViolations(page)).toEqual([]);
    await shot('comments');
    await page.click('#area-kept');
    await says('#pane-kept .hint', 'Nothing is kept now');
    expect(await axeViolations(page)).toEqual([]);
    await shot('kept');
  });

  it('shows what is kept, turn by turn, as text', async () => {
    await server[Symbol.asyncDispose]();
    server = await startWholeServer({
      ...{ staticDir: built.folder, machine: MACHINE },
      config: { keep: { store: 'jsonl' } },
    });
    const guest = connect({ url: server.origin, key: server.keys.ann });
    const session = await guest.open({ name: 'kept', user: 'Ann', voice: { to: 'nobody' } });
    await (await session.ask(HOSTILE)).ended;
    await open('/#kept');
    await logIn();
    await page.locator('[data-kept] button').click(WAIT);
    await says('.con-kept-turn .con-line[data-role="user"] span', HOSTILE);
    expect(await page.locator('.con-kept-turn img, .con-kept-turn b').count()).toBe(0);
    await page.locator('.con-times summary').click();
    await says('.con-times th', 'Ended');
    const href = await page.locator('.con-head a').getAttribute('href');
    const file = await page.request.get(`${server.origin}/${href}`);
    expect(file.headers()['content-disposition']).toContain('attachment');
    expect(await file.json()).toMatchObject({ records: [{ user: HOSTILE }] });
    expect(await axeViolations(page)).toEqual([]);
    await shot('kept-one');
    guest.close();
  });

  it('has the doctor where it was, with the key of an operator, and is used by the keyboard', async () => {
    await open();
    await logIn();
    await page.click('#look-run');
    await says('#findings', 'One thing');
    await page.focus('#area-avatars');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#pane-sessions').isVisible()).toBe(true);
    expect(await page.evaluate('document.activeElement.id')).toBe('area-sessions');
    await page.keyboard.press('End');
    expect(new URL(page.url()).hash).toBe('#settings');
    for (const href of await page.locator('#areas nav a').evaluateAll((links) => links.map(String))) {
      expect((await page.request.get(href)).status(), href).toBe(200);
    }
    await shot('avatars');
  });

  it('fits a phone, dark and in Japanese', async () => {
    await (await client.ask('hello there')).ended;
    await open('/', {
      ...{
        locale: 'ja-JP',
        colorScheme: 'dark',
        viewport: { width: 390, height: 780 },
        isMobile: true,
        hasTouch: true,
      },
    });
    await logIn();
    for (const area of ['sessions', 'latency', 'kept', 'comments', 'settings', 'avatars'] as const) {
      await page.click(`#area-${area}`);
      await page.waitForTimeout(400);
      if (area === 'sessions') await page.locator(`[data-session="${client.id}"] button`).click(WAIT);
      await page.waitForTimeout(200);
      const wide = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(wide, area).toBe(0);
      expect(await axeViolations(page), area).toEqual([]);
      await shot(`phone-${area}`);
    }
    expect(await text('#area-sessions')).toBe('セッション');
  });
});
