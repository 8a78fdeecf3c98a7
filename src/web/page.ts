import type { DaemonStatus } from '../control/messages.js';
import { SystemClock } from '../runtime/clock.js';
import { BridgeView } from './bridge-view.js';
import { CalibratePanel } from './calibrate-panel.js';
import { ConnectPanel } from './connect-panel.js';
import { words } from './console/words.js';
import { DevicesPanel } from './devices-panel.js';
import { byId, setText } from './dom.js';
import { EarCalibration } from './ear-calibration.js';
import { Face } from './face.js';
import { takeDroppedFiles } from './file-drops.js';
import { targetOf } from './lane-choice.js';
import { LanesPanel } from './lanes-panel.js';
import type { LipsTarget } from './lips-drive.js';
import { isTimings } from './lips-material.js';
import { LipsPanel } from './lips-panel.js';
import { LipsSession } from './lips-session.js';
import { LogPanel } from './log-panel.js';
import { LookPanel } from './look-panel.js';
import { MicMeter } from './mic-meter.js';
import { MicPanel } from './mic-panel.js';
import { MicSession } from './mic-session.js';
import { Microphone } from './microphone.js';
import { MouthTrack } from './mouth-track.js';
import { Outputs } from './outputs.js';
import { PageVolume } from './page-volume.js';
import { PlayerPanel } from './player-panel.js';
import { SayPanel } from './say-panel.js';
import { SoundPlayer } from './sound-player.js';
import { Tabs } from './tabs.js';
import { TalkKey } from './talk-key.js';
import { TalkPanel } from './talk-panel.js';
import { TapPlayer } from './tap-player.js';

/**
 * The page: the only file that knows all its parts.
 *
 *   server ⇄ BridgeView → panels;   tapSound → TapPlayer → loudspeaker;   tapMouth → MouthTrack → Face
 *   Microphone → MicSession → BridgeView;   laneLevel → LanesPanel
 */
const clock = new SystemClock();
const bridge = new BridgeView(clock);
const player = new TapPlayer();
const mouths = new MouthTrack();
const face = new Face();
const lanes = new LanesPanel(words);
const connect = new ConnectPanel(words, clock);
const volume = new PageVolume();
const panel = new PlayerPanel(words, bridge, lanes, player);
const ways = new Tabs('way', ['text', 'talk', 'file', 'mic', 'lips']);
const talkPanel = new TalkPanel({ words, bridge, player });
const sayPanel = new SayPanel({ words, bridge, player, laneNow: () => lanes.chosen });
const mic = new MicSession({ bridge, clock, mic: new Microphone(clock) });
const meter = new MicMeter(mic, words);
const talkKey = new TalkKey((isTalking) => {
  mic.feed.isTalking = isTalking;
});
const micPanel = new MicPanel({ words, bridge, session: mic, meter, talkKey, laneNow: () => laneNow() });
const outputs = new Outputs(words);
const sound = new SoundPlayer(clock, outputs);
const lips = new LipsSession({ bridge, clock, player: sound, outputs, targetNow: lipsTarget });
const lipsPanel = new LipsPanel({ words, session: lips, player: sound, outputs });
const ear = new EarCalibration({ bridge, clock, outputs, targetNow: lipsTarget });
const calibrate = new CalibratePanel({ words, clock, outputs, volume, ear, micNow: () => micPanel.deviceId });
const hear = byId('mic-hear', HTMLInputElement);
let status: DaemonStatus | undefined;
new LogPanel(words, bridge, () => lanes.chosen);
new LookPanel(words);
const devices = new DevicesPanel(words);
const machine = new Tabs('machine', ['look', 'devices', 'calibrate']);
machine.events.on('shown', (name) => {
  if (name === 'devices') void devices.load();
  if (name !== 'calibrate') calibrate.leave();
});
byId('lips-calibrate').addEventListener('click', () => {
  machine.show('calibrate');
  byId('machine').scrollIntoView({ block: 'nearest' });
  byId('ear-start').focus();
});

bridge.events.on('status', (newest) => {
  status = newest;
  lanes.update(newest);
  panel.update(newest);
  connect.update(newest);
  showWay();
});
bridge.events.on('tapSound', (part) => player.push(part));
bridge.events.on('tapMouth', (mouth) => {
  // The lips of a sound that plays here move when it is heard; those of sound from there when that is.
  mouths.push(mouth, performance.now(), sound.status === 'playing' || ear.isPlaying ? 0 : player.delayMs);
});
lanes.events.on('chosen', showWay);
bridge.events.on('laneLevel', (level) => lanes.level(level, performance.now()));
lanes.events.on('chosen', () => {
  talkPanel.lane = lanes.chosen;
  if (ways.shown === 'talk') talkPanel.shown();
});
mic.events.on('changed', showWay);
mic.events.on('changed', () => {
  // A page that was allowed a microphone may know its loudspeakers.
  if (mic.mic.status === 'on') void outputs.list();
});
hear.addEventListener('change', showWay);
ways.events.on('shown', showWay);
ways.events.on('shown', (name) => {
  if (name === 'text') sayPanel.shown();
  if (name === 'talk') talkPanel.shown();
});
volume.events.on('changed', (gain) => {
  player.gain = gain;
  sound.gain = gain;
  ear.player.gain = gain;
});
player.gain = volume.gain;
sound.gain = volume.gain;
ear.player.gain = volume.gain;
takeDroppedFiles((files) => {
  // Timings say what is wanted.
  if (ways.shown === 'lips' || files.some(isTimings)) {
    ways.show('lips');
    void lipsPanel.take(files);
  } else {
    ways.show('file');
    panel.play(files[0]);
  }
});

// Gone, or kept for going back to: the browser's sign of recording must not stay on, nor a mouth open.
addEventListener('pagehide', () => {
  mic.stop();
  void lips.stop();
  void ear.stop();
});

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
  if (link !== 'online') return;
  if (ways.shown === 'text') sayPanel.shown();
  if (ways.shown === 'talk') talkPanel.shown();
  void checkVersion();
});
words.events.on('changed', showLink);
showLink();
requestAnimationFrame(draw);
void bridge.run();

function draw(nowMs: number): void {
  face.draw(mouths.at(performance.now()), nowMs);
  lanes.draw(performance.now());
  if (ways.shown === 'mic') {
    meter.draw(nowMs);
    micPanel.draw();
  }
  if (machine.shown === 'calibrate') calibrate.draw();
  if (ways.shown === 'lips') lipsPanel.draw();
  byId('mic-live').dataset['open'] = String(mic.feed.isOpen);
  // For tests, and for whoever wonders whether sound leaves the page.
  byId('stage').dataset['level'] = player.peak().toFixed(3);
  requestAnimationFrame(draw);
}

/** Lane that sound goes to, as the page tells it; undefined while that is open. */
function laneNow(): string | undefined {
  const target = targetOf(status?.lanes ?? [], lanes.chosen);
  return 'lane' in target ? target.lane.lane : undefined;
}

function lipsTarget(): LipsTarget | undefined {
  const target = targetOf(status?.lanes ?? [], lanes.chosen);
  return 'lane' in target ? { lane: target.lane.lane, model: target.lane.model } : undefined;
}

function showWay(): void {
  const { kind } = targetOf(status?.lanes ?? [], lanes.chosen);
  panel.micLane = mic.carry.status === 'speaking' ? mic.carry.lane : undefined;
  panel.way = ways.shown;
  byId('player').dataset['way'] = ways.shown;
  mic.lane = laneNow();
  // What the microphone says would come back through it.
  player.isHeldBack = mic.isOn && !hear.checked;
  byId('mic-hear-row').hidden = kind !== 'simulator';
  const isHeardHere = kind !== 'real' || status?.lanes.some(({ isSimulator }) => isSimulator) === true;
  byId('volume-row').hidden = !isHeardHere && ways.shown !== 'lips';
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
