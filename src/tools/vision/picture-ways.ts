import type { ProgramHost } from '../../programs/index.js';

/** One program that can take a picture. */
export interface PictureWay {
  readonly program: string;
  /** @param file - where it shall write when `writes` is `file`. */
  readonly args: (file: string) => readonly string[];
  readonly writes: 'stdout' | 'file';
  /** What a user installs to get it. */
  readonly package: string;
}

export interface PictureWish {
  /** Longest side, pixels. */
  readonly maxSide: number;
  /** A camera: its number, path or name; undefined: the first. */
  readonly device: string | undefined;
}

/** JPEG, one frame, to standard output. */
const ONE_JPEG = ['-frames:v', '1', '-f', 'image2pipe', '-c:v', 'mjpeg', '-q:v', '4', '-'];
const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
/** Cameras need a moment until they see. */
const SETTLE = ['-ss', '0.7'];

function scaled(maxSide: number): readonly string[] {
  return ['-vf', `scale='min(${maxSide},iw)':'min(${maxSide},ih)':force_original_aspect_ratio=decrease`];
}

/** Makes a picture from standard input smaller. */
export function shrinkWay(maxSide: number): PictureWay {
  return {
    program: 'ffmpeg',
    args: () => [...QUIET.filter((flag) => flag !== '-nostdin'), '-i', '-', ...scaled(maxSide), ...ONE_JPEG],
    writes: 'stdout',
    package: 'ffmpeg',
  };
}

/** Of Linux. */
export const FIRST_CAMERA = '/dev/video0';

/** Programs that take a photo with this machine's camera. */
export function cameraWays(
  platform: NodeJS.Platform,
  { maxSide, device }: PictureWish,
): readonly PictureWay[] {
  const input =
    platform === 'darwin'
      ? ['-f', 'avfoundation', '-framerate', '30', '-i', device ?? '0']
      : platform === 'win32'
        ? ['-f', 'dshow', '-i', `video=${device ?? ''}`]
        : ['-f', 'v4l2', '-i', device ?? FIRST_CAMERA];
  const args = [...QUIET, ...input, ...SETTLE, ...scaled(maxSide), ...ONE_JPEG];
  return [{ program: 'ffmpeg', args: () => args, writes: 'stdout', package: 'ffmpeg' }];
}

/** Names of cameras in what `ffmpeg -list_devices` says on Windows. */
export function dshowCameras(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]+)"\s+\(video\)/g)].map(([, name = '']) => name);
}

/** Programs that take a picture of the screen, the surest first. Empty: there is no screen to be seen. */
export function screenWays(
  { platform, env }: Pick<ProgramHost, 'platform' | 'env'>,
  { maxSide }: PictureWish,
): readonly PictureWay[] {
  if (platform === 'darwin')
    return [
      {
        program: 'screencapture',
        args: (file) => ['-x', '-t', 'jpg', file],
        writes: 'file',
        package: 'macOS',
      },
    ];
  if (platform === 'win32') return [powerShell(maxSide)];
  const hasWayland = (env['WAYLAND_DISPLAY'] ?? '') !== '';
  const display = env['DISPLAY'] ?? '';
  return [
    ...(hasWayland ? waylandWays() : []),
    // Under Wayland, X11 shows its own windows only and the rest black: no picture is better than that.
    ...(display !== '' && !hasWayland ? x11Ways(display, maxSide) : []),
  ];
}

function waylandWays(): readonly PictureWay[] {
  return [
    { program: 'grim', args: () => ['-t', 'jpeg', '-q', '80', '-'], writes: 'stdout', package: 'grim' },
    {
      program: 'spectacle',
      args: (file) => ['-b', '-n', '-f', '-o', file],
      writes: 'file',
      package: 'kde-spectacle',
    },
    gnomeScreenshot(),
  ];
}

function x11Ways(display: string, maxSide: number): readonly PictureWay[] {
  const resize = ['-resize', `${maxSide}x${maxSide}>`, '-quality', '80', 'jpeg:-'];
  return [
    {
      program: 'ffmpeg',
      args: () => [...QUIET, '-f', 'x11grab', '-i', display, ...scaled(maxSide), ...ONE_JPEG],
      writes: 'stdout',
      package: 'ffmpeg',
    },
    {
      program: 'import',
      args: () => ['-silent', '-window', 'root', ...resize],
      writes: 'stdout',
      package: 'imagemagick',
    },
    { program: 'maim', args: () => ['-f', 'jpg', '-m', '7'], writes: 'stdout', package: 'maim' },
    { program: 'scrot', args: (file) => ['-q', '80', '-o', file], writes: 'file', package: 'scrot' },
    gnomeScreenshot(),
  ];
}

function gnomeScreenshot(): PictureWay {
  return {
    program: 'gnome-screenshot',
    args: (file) => ['-f', file],
    writes: 'file',
    package: 'gnome-screenshot',
  };
}

/** Draws all screens into a picture that is small already. Nothing is put into the script but a number. */
function powerShell(maxSide: number): PictureWay {
  const script = [
    'param($file)',
    'Add-Type -AssemblyName System.Windows.Forms,System.Drawing',
    '$all = [System.Windows.Forms.SystemInformation]::VirtualScreen',
    '$screen = New-Object System.Drawing.Bitmap $all.Width,$all.Height',
    '$pen = [System.Drawing.Graphics]::FromImage($screen)',
    '$pen.CopyFromScreen($all.Left,$all.Top,0,0,$screen.Size)',
    `$scale = [Math]::Min(1.0, ${Math.round(maxSide)} / [Math]::Max($all.Width,$all.Height))`,
    '$small = New-Object System.Drawing.Bitmap $screen,([int]($all.Width*$scale)),([int]($all.Height*$scale))',
    '$small.Save($file,[System.Drawing.Imaging.ImageFormat]::Jpeg)',
  ].join('; ');
  return {
    program: 'powershell',
    args: (file) => [
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      `& { ${script} } '${file.replace(/'/g, "''")}'`,
    ],
    writes: 'file',
    package: 'Windows PowerShell',
  };
}
