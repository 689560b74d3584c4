import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { drawHarbour, drawLantern } from './test-kit/drawings.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import { shareImage, upload } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Pictures, films and sounds', function () {
  this.timeout(120_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let harbour: Buffer;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
    harbour = await hall.paint(drawHarbour());
  });
  beforeEach(async () => {
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bob, await createInvite(ada, guild));
    visitor = await hall.visit({ permissions: ['microphone'], reducedMotion: 'reduce' });
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.composer.waitFor();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const share = (name: string): Promise<string> => {
    const { width, height } = drawHarbour();
    return shareImage(hall, bob, guild.generalId, { data: harbour, width, height, name, caption: name });
  };
  const send = (content: object, type = 'm.room.message'): Promise<string> =>
    bob.send(guild.generalId, type, content);
  const lastContent = async () => {
    const { chunk } = await ada.ok('GET', `${roomPath(guild.generalId)}/messages?dir=b&limit=1`);
    return chunk[0].content;
  };

  it('are turned over like pages, by buttons and by keys', async () => {
    await share('first.jpg');
    await share('second.jpg');
    await share('third.jpg');
    await visitor.timeline.getByRole('button', { name: 'Open image second.jpg' }).click();
    await visitor.seeImage(visitor.dialog.getByRole('img', { name: 'second.jpg' }));
    await visitor.dialog.getByText('2 of 3').waitFor();
    await expectAccessible(visitor.page, 'lightbox');
    await visitor.dialog.getByRole('button', { name: 'Next' }).click();
    await visitor.seeImage(visitor.dialog.getByRole('img', { name: 'third.jpg' }));
    expect(await visitor.dialog.getByRole('button', { name: 'Next' }).count()).to.equal(0);
    await visitor.page.keyboard.press('ArrowLeft');
    await visitor.page.keyboard.press('ArrowLeft');
    await visitor.seeImage(visitor.dialog.getByRole('img', { name: 'first.jpg' }));
    await visitor.page.keyboard.press('Escape');
    await visitor.dialog.waitFor({ state: 'detached' });
  });

  it('are sent covered when one says so, and uncovered by whoever wants to see them', async () => {
    await visitor.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'ending.jpg', mimeType: 'image/jpeg', buffer: harbour });
    await visitor.page.getByRole('button', { name: 'Cover ending.jpg as a spoiler' }).click();
    await visitor.page.getByRole('button', { name: 'Send', exact: true }).click();
    const cover = visitor.timeline.getByRole('button', { name: 'Show the spoiler: ending.jpg' });
    await cover.waitFor();
    expect(await visitor.timeline.getByRole('img', { name: 'ending.jpg' }).count()).to.equal(0);
    await expectAccessible(visitor.page, 'a covered picture');
    await cover.click();
    await visitor.seeImage(visitor.timeline.getByRole('img', { name: 'ending.jpg' }));
  });

  it('stand for themselves as stickers', async () => {
    const lantern = await hall.paint(drawLantern());
    const url = await upload(hall, bob, lantern, 'image/png');
    await send({ body: 'A lantern', url, info: { mimetype: 'image/png', w: 256, h: 256 } }, 'm.sticker');
    await visitor.seeImage(visitor.timeline.getByRole('img', { name: 'A lantern' }));
    expect(await visitor.timeline.getByRole('button', { name: /A lantern/ }).count()).to.equal(0);
  });

  it('play as films, once they were shared', async () => {
    await visitor.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'waves.webm', mimeType: 'video/webm', buffer: await film(visitor) });
    await visitor.page.getByRole('list', { name: 'Attachments' }).getByText('waves.webm').waitFor();
    await visitor.page.getByRole('button', { name: 'Send', exact: true }).click();
    await visitor.timeline.getByRole('button', { name: /^Play waves.webm/ }).click();
    const video = visitor.dialog.locator('video');
    await eventually(() =>
      video.evaluate((element) => element instanceof HTMLVideoElement && element.videoWidth === 64),
    );
    expect((await lastContent()).info).to.deep.include({ w: 64, h: 48, mimetype: 'video/webm' });
  });

  it('are heard, faster if one likes', async () => {
    const url = await upload(hall, bob, tone(3), 'audio/wav');
    await send({
      msgtype: 'm.audio',
      body: 'signal.wav',
      url,
      info: { mimetype: 'audio/wav', duration: 3000, size: tone(3).length },
    });
    const player = visitor.timeline.getByRole('region', { name: 'signal.wav' });
    await player.getByText('0:03').waitFor();
    await expectAccessible(visitor.page, 'a sound');
    await player.getByRole('button', { name: 'Speed: 1' }).click();
    await player.getByRole('button', { name: 'Play' }).click();
    await player.getByRole('button', { name: 'Pause' }).waitFor();
    const audio = player.locator('audio');
    const read = () =>
      audio.evaluate((element) => {
        if (!(element instanceof HTMLAudioElement)) throw new Error('this is no sound');
        return { rate: element.playbackRate, place: element.currentTime };
      });
    await eventually(async () => (await read()).place > 0);
    expect((await read()).rate).to.equal(1.5);
  });

  it('are spoken, thrown away or sent', async () => {
    await visitor.page.getByRole('button', { name: 'Record a voice message' }).click();
    await visitor.page.getByRole('button', { name: 'Throw it away' }).click();
    await visitor.composer.waitFor();
    await visitor.page.getByRole('button', { name: 'Record a voice message' }).click();
    await visitor.page.getByRole('timer').getByText('0:01').waitFor();
    await expectAccessible(visitor.page, 'recording');
    await visitor.page.getByRole('button', { name: 'Send the voice message' }).click();
    await visitor.timeline.getByRole('region', { name: 'Voice message' }).waitFor();
    await eventually(async () => (await lastContent()).msgtype === 'm.audio');
    const content = await lastContent();
    expect(content).to.include.keys('org.matrix.msc3245.voice');
    const { duration, waveform } = content['org.matrix.msc1767.audio'];
    expect(duration).to.be.above(500);
    expect(Math.max(...waveform)).to.be.within(1, 1024);
  });
});

/** A sound of some seconds, as a WAV file. */
function tone(seconds: number): Buffer {
  const rate = 8000;
  const data = Buffer.alloc(rate * seconds);
  for (let index = 0; index < data.length; index += 1)
    data[index] = 128 + Math.round(100 * Math.sin((index / rate) * 440 * 2 * Math.PI));
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** A short film, made by the browser. */
async function film({ page }: Visitor): Promise<Buffer> {
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const pen = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm' });
    const pieces: Blob[] = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.start();
    for (let frame = 0; frame < 8; frame += 1) {
      pen?.fillRect(frame * 8, 0, 8, 48);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => {
      recorder.onstop = resolve;
      recorder.stop();
    });
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return Buffer.from(base64, 'base64');
}
