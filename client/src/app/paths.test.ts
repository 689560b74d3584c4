import { expect } from 'chai';
import { buildChannelPath, buildGuildPath, buildHomePath, buildMessagePath, parsePath } from './paths.ts';

describe('parsePath', () => {
  const guildId = '!guild:hall';
  const channelId = '!channel';
  const eventId = '$event/with:signs';

  it('reads what the addresses are built of', () => {
    expect(parsePath(buildHomePath())).to.deep.equal({});
    expect(parsePath(buildHomePath(channelId))).to.deep.equal({ channelId });
    expect(parsePath(buildGuildPath(guildId))).to.deep.equal({ guildId });
    expect(parsePath(buildChannelPath(guildId, channelId))).to.deep.equal({ guildId, channelId });
    expect(parsePath(buildMessagePath(guildId, channelId, eventId))).to.deep.equal({
      guildId,
      channelId,
      eventId,
    });
    expect(parsePath(buildMessagePath(undefined, channelId, eventId))).to.deep.equal({ channelId, eventId });
  });

  it('leads nowhere from other addresses, and takes mangled ones as they are', () => {
    expect(parsePath('/invite/abc')).to.deep.equal({});
    expect(parsePath('/home/%E0%A4%A')).to.deep.equal({ channelId: '%E0%A4%A' });
  });
});
