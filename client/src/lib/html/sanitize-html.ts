import DOMPurify from 'dompurify';
import type { HtmlNode } from './render-html.ts';

const allowedTags = (
  'del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s strike code hr br div table thead tbody ' +
  'tr th td caption pre span img details summary mx-reply'
).split(' ');

const allowedAttributes = 'href src alt title start class data-mx-spoiler data-mx-emoticon'.split(' ');

/** Longer HTML than this is not worth the time of everybody who reads along. */
const longestHtml = 200_000;

/**
 * Cleans a message's HTML and returns it as a tree that is not part of the page.
 * The first of two walls: `renderHtml` makes nothing but the specification's elements from whatever is left.
 */
export function sanitizeHtml(html: string): HtmlNode {
  return DOMPurify.sanitize(html.slice(0, longestHtml), {
    RETURN_DOM_FRAGMENT: true,
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?|ftp|mailto|magnet|mxc):/i,
    CUSTOM_ELEMENT_HANDLING: { tagNameCheck: /^mx-reply$/ },
    // The text of a reply fallback goes with it: the quote is shown above the message.
    FORBID_CONTENTS: ['script', 'style', 'template', 'noscript', 'iframe', 'object'],
  });
}
