import { expect } from 'chai';
import { convertMarkdown } from './to-matrix.ts';

function html(typed: string): string | undefined {
  return convertMarkdown(typed).formattedBody;
}

describe('convertMarkdown', () => {
  it('sends plain text without HTML', () => {
    for (const typed of [
      'hello',
      'two\nlines',
      'a < b & c > "d"',
      "it's 5 * 3 * 2",
      'snake_case_name',
      '# ',
    ]) {
      expect(html(typed), typed).to.equal(undefined);
    }
  });

  it('keeps what was typed as the plain body', () => {
    expect(convertMarkdown('  **hello**  ').body).to.equal('**hello**');
  });

  it('formats emphasis, code and deletions', () => {
    expect(html('**bold** *soft* `code` ~~gone~~')).to.equal(
      '<strong>bold</strong> <em>soft</em> <code>code</code> <del>gone</del>',
    );
  });

  it('hides spoilers, with formatting inside', () => {
    expect(html('the end: ||it **rains**||')).to.equal(
      'the end: <span data-mx-spoiler>it <strong>rains</strong></span>',
    );
    expect(html('a || b')).to.equal(undefined);
  });

  it('keeps line breaks as people type them', () => {
    expect(html('**one**\ntwo')).to.equal('<strong>one</strong><br>two');
  });

  it('keeps code blocks as they are, with their language', () => {
    expect(html('```ts\nconst a = 1 < 2;\n```')).to.equal(
      '<pre><code class="language-ts">const a = 1 &lt; 2;\n</code></pre>',
    );
  });

  it('shows HTML as text', () => {
    expect(html('<b>bold</b>')).to.equal(undefined);
    expect(html('**x** <img src=x onerror=steal()>')).to.equal(
      '<strong>x</strong> &lt;img src=x onerror=steal()&gt;',
    );
  });

  it('does not take an indented or underlined line for a document', () => {
    expect(html('    four spaces')).to.equal(undefined);
    expect(html('title\n---')).to.not.contain('<h2>');
  });

  it('links addresses and refuses dangerous ones', () => {
    expect(html('see https://matrix.org')).to.equal(
      'see <a href="https://matrix.org/">https://matrix.org</a>',
    );
    expect(html('[click](javascript:steal())')).to.not.contain('href');
    expect(html('![cat](https://example.org/cat.png)')).to.equal(
      '<a href="https://example.org/cat.png">cat</a>',
    );
  });

  it('turns known names into mentions, the longest first', () => {
    const ada = { userId: '@ada:hall', name: 'Ada' };
    const lovelace = { userId: '@lovelace:hall', name: 'Ada Lovelace' };
    const text = convertMarkdown('hi @Ada Lovelace and @Adam', [ada, lovelace]);
    expect(text.formattedBody).to.equal(
      'hi <a href="https://matrix.to/#/%40lovelace%3Ahall">@Ada Lovelace</a> and @Adam',
    );
    expect(text.mentionedUserIds).to.deep.equal(['@lovelace:hall']);
  });

  it('mentions nobody inside code', () => {
    const text = convertMarkdown('`@Ada`', [{ userId: '@ada:hall', name: 'Ada' }]);
    expect(text.mentionedUserIds).to.deep.equal([]);
  });

  it('turns names of channels into links, and shortcodes into their pictures', () => {
    const channels = [{ channelId: '!maps:hall', name: 'old-maps' }];
    expect(convertMarkdown('see #old-maps!', [], channels).formattedBody).to.equal(
      'see <a href="https://matrix.to/#/!maps%3Ahall">#old-maps</a>!',
    );
    const emoji = [{ shortcode: 'lamp', mxc: 'mxc://hall/lamp' }];
    expect(convertMarkdown('lit :lamp: :other:', [], [], emoji).formattedBody).to.equal(
      'lit <img data-mx-emoticon src="mxc://hall/lamp" alt=":lamp:" title=":lamp:" height="32"> :other:',
    );
  });

  it('sends quotes that are nested too deep to be parsed as they are', () => {
    const typed = '>'.repeat(20_000);
    expect(convertMarkdown(typed)).to.deep.equal({
      body: typed,
      formattedBody: undefined,
      mentionedUserIds: [],
    });
  });
});
