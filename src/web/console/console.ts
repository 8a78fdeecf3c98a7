import { type BridgeApi, connect } from '../../api/client/index.js';
import { type Clock, SystemClock } from '../../runtime/clock.js';
import { Tabs } from '../tabs.js';
import type { Words } from '../words.js';
import { CommentsPanel } from './comments-panel.js';
import { KeptPanel } from './kept-panel.js';
import { LatencyPanel } from './latency-panel.js';
import { SessionsPanel } from './sessions-panel.js';
import { SettingsPanel } from './settings-panel.js';

const AREAS = ['avatars', 'sessions', 'latency', 'kept', 'comments', 'settings'] as const;
type Area = (typeof AREAS)[number];

/** An area that asks the server while it is looked at. */
interface Panel {
  /** Asks and shows. Never rejects. */
  load(): Promise<void>;
}

const LOOK_AGAIN_MS = 2000;
/** What changes by itself is looked at again; the rest when it is opened. */
const LIVE: ReadonlySet<Area> = new Set<Area>(['sessions', 'latency', 'comments']);

/** The console's areas besides avatars: tabs, one client of our own protocol for all, and who is asked when. */
export function startConsole(words: Words): void {
  const clock = new SystemClock();
  let api: BridgeApi | undefined;
  const theApi = (): BridgeApi => {
    api ??= opened();
    return api;
  };
  const panels: Readonly<Partial<Record<Area, Panel>>> = {
    sessions: new SessionsPanel(words, theApi),
    latency: new LatencyPanel(words, theApi),
    kept: new KeptPanel(words, theApi),
    comments: new CommentsPanel(words, theApi),
    settings: new SettingsPanel(words, theApi),
  };
  const tabs = new Tabs<Area>('area', [...AREAS]);
  tabs.events.on('shown', (area) => {
    // So that an area can be linked to; nothing else reads it.
    history.replaceState(null, '', area === 'avatars' ? location.pathname : `#${area}`);
    void panels[area]?.load();
  });
  const asked = AREAS.find((area) => area === location.hash.slice(1));
  if (asked !== undefined) tabs.show(asked);
  lookAgain(clock, async () => {
    if (document.visibilityState === 'visible' && LIVE.has(tabs.shown)) await panels[tabs.shown]?.load();
  });
}

function opened(): BridgeApi {
  const api = connect({ url: new URL('.', location.href), client: 'console' });
  // The login has run out, or its key was taken away: this page asks again who it is.
  api.events.on('stateChange', (_, to) => {
    if (to === 'closed' && api.fault?.code === 'BRIDGE_ERR_ACCESS') location.reload();
  });
  return api;
}

function lookAgain(clock: Clock, look: () => Promise<void>): void {
  clock.after(LOOK_AGAIN_MS, () => void look().finally(() => lookAgain(clock, look)));
}
