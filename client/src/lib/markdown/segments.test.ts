import { expect } from 'chai';
import fc from 'fast-check';
import { segmentMarkdown } from './segments.ts';
import { convertMarkdown } from './to-matrix.ts';

/** A text with its styles in braces: `{strong mark:**}{strong:bold}`. */
function show(typed: string, names = {}): string {
  return segmentMarkdown(typed, names)
    .map(({ text, styles }) => (styles.length === 0 ? text : `{${styles.join(' ')}:${text}}`))
    .join('');
}

describe('segmentMarkdown', () => {
  it('leaves plain text alone', () => {
    for (const typed of ['', ' ', 'hello', 'two\nlines', '5 * 3 * 2', 'snake_case_name', ' a < b ']) {
      expect(show(typed), typed).to.equal(typed);
    }
  });

  it('shows emphasis, code, deletions and spoilers, and the marks that make them', () => {
    expect(show('a **b** c')).to.equal('a {mark strong:**}{strong:b}{mark strong:**} c');
    expect(show('_soft_')).to.equal('{mark em:_}{em:soft}{mark em:_}');
    expect(show('~~gone~~')).to.equal('{mark del:~~}{del:gone}{mark del:~~}');
    expect(show('`x * y`')).to.equal('{mark code:`}{code:x * y}{mark code:`}');
    expect(show('||secret||')).to.equal('{mark spoiler:||}{spoiler:secret}{mark spoiler:||}');
  });

  it('shows one in the other', () => {
    expect(show('**a _b_**')).to.equal(
      '{mark strong:**}{strong:a }{mark strong em:_}{strong em:b}{mark strong em:_}{mark strong:**}',
    );
    expect(show('***a***')).to.equal(
      '{mark em:*}{mark strong em:**}{strong em:a}{mark strong em:**}{mark em:*}',
    );
  });

  it('shows headings, quotes and lists', () => {
    expect(show('# Title\ntext')).to.equal('{mark heading:# }{heading:Title}{mark heading:\n}text');
    expect(show('> one\n> two')).to.equal('{mark quote:> }{quote:one\n}{mark quote:> }{quote:two}');
    expect(show('- one\n- **two**')).to.equal(
      '{mark:- }one{mark:\n- }{mark strong:**}{strong:two}{mark strong:**}',
    );
  });

  it('shows blocks of code, closed or not yet', () => {
    expect(show('```js\nlet a;\n```')).to.equal('{mark code:```js}{code:\nlet a;}{mark code:\n```}');
    expect(show('```\n**a**')).to.equal('{mark code:```}{code:\n**a**}');
  });

  it('shows links, and people, channels and emoji that were picked', () => {
    expect(show('see https://example.org now')).to.equal('see {link:https://example.org} now');
    expect(show('[here](https://example.org)')).to.equal(
      '{mark link:[}{link:here}{mark link:](https://example.org)}',
    );
    const names = {
      mentions: [{ userId: '@ada:x', name: 'Ada L' }],
      channels: [{ channelId: '!m:x', name: 'maps' }],
      emoji: [{ shortcode: 'lantern', mxc: 'mxc://x/y' }],
    };
    expect(show('@Ada L, #maps :lantern: @Eve', names)).to.equal(
      '{name:@Ada L}, {name:#maps} {name::lantern:} @Eve',
    );
  });

  it('shows what is escaped as it will be', () => {
    expect(show('\\*not bold\\*')).to.equal('{mark:\\}*not bold{mark:\\}*');
  });

  const piece = fc.constantFrom(
    ...['**', '*', '_', '~~', '`', '```', '||', '> ', '- ', '1. ', '# ', '\n', ' ', '\t', '\\', '[', '](x)'],
    ...[
      '!',
      '|',
      'a',
      'word',
      '@Ada',
      '#maps',
      ':wave:',
      'https://a.b',
      '<b>',
      '&amp;',
      '👋🏽',
      '日本',
      '\r',
      '\u0000',
    ],
  );
  const typing = fc.oneof(
    fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
    fc.string(),
  );
  const names = {
    mentions: [{ userId: '@ada:x', name: 'Ada' }],
    channels: [{ channelId: '!m:x', name: 'maps' }],
    emoji: [{ shortcode: 'wave', mxc: 'mxc://x/y' }],
  };

  it('is the typed text itself, whatever that is', () => {
    fc.assert(
      fc.property(typing, (typed) => {
        expect(
          segmentMarkdown(typed, names)
            .map(({ text }) => text)
            .join(''),
        ).to.equal(typed);
      }),
      { numRuns: 1000 },
    );
  });

  it('shows nothing in another style that is sent as it is', () => {
    fc.assert(
      fc.property(typing, (typed) => {
        const sent = convertMarkdown(typed, names.mentions, names.channels, names.emoji);
        fc.pre(sent.formattedBody === undefined);
        expect(show(typed, names)).to.equal(typed);
      }),
      { numRuns: 1000 },
    );
  });

  it('is quick with a long text, and shows one without end as it is', () => {
    const typed = '**a** '.repeat(5000);
    expect(segmentMarkdown(typed)).to.deep.equal([{ text: typed, styles: [] }]);
  });

  it('shows quotes that are nested too deep to be parsed as they are', () => {
    const typed = '>'.repeat(7999);
    expect(segmentMarkdown(typed)).to.deep.equal([{ text: typed, styles: [] }]);
  });
});
