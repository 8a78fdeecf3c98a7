import { SystemClock } from '../runtime/clock.js';
import { BridgeView } from './bridge-view.js';
import { ConnectPanel } from './connect-panel.js';
import { byId, setText } from './dom.js';
import { Face } from './face.js';
import { LanesPanel } from './lanes-panel.js';
import { LogPanel } from './log-panel.js';
import { MouthTrack } from './mouth-track.js';
import { PlayerPanel } from './player-panel.js';
import { TapPlayer } from './tap-player.js';
import { Words } from './words.js';

/**
 * The page: the only file that knows all its parts.
 *
 *   server ⇄ BridgeView → panels;   tapSound → TapPlayer → loudspeaker;   tapMouth → MouthTrack → Face
 */
const clock = new SystemClock();
const words = new Words();
const bridge = new BridgeView(clock);
const player = new TapPlayer();
const mouths = new MouthTrack();
const face = new Face();
const lanes = new LanesPanel(words);
const connect = new ConnectPanel(words, clock);
const panel = new PlayerPanel(words, bridge, lanes, player);
new LogPanel(words, bridge, () => lanes.chosen);

bridge.events.on('status', (status) => {
  lanes.update(status);
  panel.update(status);
  connect.update(status);
});
bridge.events.on('tapSound', (part) => player.push(part));
bridge.events.on('tapMouth', (mouth) => mouths.push(mouth, performance.now(), player.delayMs));

// Browsers let sound out only after the first click or key press: any will do.
for (const gesture of ['pointerdown', 'keydown'] as const) {
  addEventListener(gesture, () => player.unlock(), { passive: true });
}
const unlock = byId('unlock');
player.events.on('blocked', () => {
  unlock.hidden = false;
});
player.events.on('unlocked', () => {
  unlock.hidden = true;
});

let serverVersion: string | undefined;
bridge.events.on('link', (link) => {
  showLink();
  if (link === 'online') void checkVersion();
});
words.events.on('changed', showLink);
showLink();
requestAnimationFrame(draw);
void bridge.run();

function draw(nowMs: number): void {
  face.draw(mouths.at(performance.now()), nowMs);
  // For tests, and for whoever wonders whether sound leaves the page.
  byId('stage').dataset['level'] = player.peak().toFixed(3);
  requestAnimationFrame(draw);
}

function showLink(): void {
  const { link } = bridge;
  face.isAsleep = link !== 'online';
  document.body.dataset['link'] = link;
  setText(
    byId('link-state'),
    words.say(link === 'online' ? 'linkOnline' : link === 'lost' ? 'linkLost' : 'linkConnecting'),
  );
  setText(
    byId('version'),
    bridge.daemonVersion === '' ? '' : words.say('version', { version: bridge.daemonVersion }),
  );
}

/** A server that was replaced by another version serves another page. */
async function checkVersion(): Promise<void> {
  const response = await fetch('healthz').catch(() => undefined);
  if (response?.ok !== true) return;
  const { version } = (await response.json()) as { version: string };
  if (serverVersion !== undefined && serverVersion !== version) location.reload();
  serverVersion = version;
}
