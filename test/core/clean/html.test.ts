import { readableTicket } from '@usher/core/clean/readable-ticket';
import { decodeEntities } from '@usher/core/clean/entities';
import { htmlToText, looksLikeHtml } from '@usher/core/clean/html';
import { tidy } from '@usher/core/clean/whitespace';
import { describe, expect, test } from 'vitest';

const read = (body: string) => readableTicket({ subject: '', body }).body;
const text = (html: string) => tidy(htmlToText(html));

describe('what counts as HTML', () => {
  test.each([
    'I love it <3 and a < b, b > c',
    'Please write to <john@example.com> or see <https://example.com/a>.',
    'Your editor shows <div> in the middle of my text',
    'When I type <br> or <br/> in the description they show up',
    'A line<br>in the description shows up as it is',
    '<p> and </p> show up in my text',
    '<p> is not closed in your template, is that on purpose?',
    'My template:\n<div class="a">\n  <p>{{name}}</p>\n</div>\nrenders nothing.',
    '<?xml version="1.0"?><order><id>5</id></order> is what your API sends',
    'AT&amp;T is written like this on my invoice',
    'if (a<b && c>d) { crash(); }',
  ])('a plain text stays as it is: %s', (body) => {
    expect(looksLikeHtml(body)).toBe(false);
    expect(read(body).replaceAll(/\s+/g, ' ')).toBe(body.replaceAll(/\s+/g, ' '));
  });

  test.each([
    '<p>Where is my parcel?</p>',
    '  <!DOCTYPE html>\n<html><body>Where is my parcel?</body></html>',
    '<html>\n<body>\nWhere is my parcel?\n</body>\n</html>',
    'Hello,<br />\n<br />\nwhere is my parcel?',
    '<!-- made by a form --><div>Where is my parcel?</div>',
    '<DIV STYLE="x">Where is my parcel?</DIV>',
    '<span>Where is</span> my parcel?',
  ])('a mail program’s HTML is read as HTML: %s', (body) => {
    expect(looksLikeHtml(body)).toBe(true);
    expect(read(body).toLowerCase()).toMatch(/where is my parcel\?$/);
    expect(read(body)).not.toContain('<');
  });
});

describe('HTML to text', () => {
  test('blocks become lines, paragraphs stand apart, list items get a dash', () => {
    expect(text('<div>One</div><div>Two<br>Three</div><p>Four</p><ul><li>Five</li><li><p>Six</p></li></ul>')).toBe(
      'One\nTwo\nThree\n\nFour\n\n- Five\n\n- Six',
    );
  });

  test('cells of a table keep apart and rows become lines', () => {
    expect(text('<table><tr><td>Order</td><td>77120</td></tr><tr><td>Total</td><td>5 &euro;</td></tr></table>')).toBe(
      'Order 77120\nTotal 5 €',
    );
  });

  test('links keep their text and lose their address', () => {
    expect(text('<p>See <a href="https://shop.example/?a=1&b=2">my order</a>.</p>')).toBe('See my order.');
  });

  test('head, scripts, styles, comments and conditional comments are left out', () => {
    const html = `<html><head><title>Mail</title><style>p > a { color: red }</style></head><body>
      <!--[if mso]><p>For Outlook only</p><![endif]--><script>if (a < b) alert("</p>")</script>
      <![if !mso]><p>Cannot log in</p><![endif]><style>.x{}</style><?xml:namespace prefix = o /></body></html>`;
    expect(text(html)).toBe('Cannot log in');
  });

  test('a head without an end stops at the body, and a style without an end loses nothing', () => {
    expect(text('<head><title>Mail</title><body><p>Cannot log in</p>')).toBe('Cannot log in');
    expect(text('<p>Hello</p><style>Cannot log in')).toBe('Hello\n\nCannot log in');
  });

  test('line breaks in the source are spaces, except in preformatted text', () => {
    expect(text('<p>It\n   crashes</p>')).toBe('It crashes');
    expect(text('<pre>It\ncrashes</pre>')).toBe('It\ncrashes');
  });

  test('a > inside a quoted value does not end the tag, and an unpaired quote does not swallow the mail', () => {
    expect(text('<p title="a > b">Cannot log in</p>')).toBe('Cannot log in');
    expect(text('<p>Cannot</p><p title="oops>log in</p>')).toBe('Cannot\n\nlog in');
  });

  test('a < that begins no tag is text', () => {
    expect(text('<p>I <3 it, but 2 < 3 and <john@example.com></p>')).toBe('I <3 it, but 2 < 3 and <john@example.com>');
  });

  test('an escaped tag that a customer writes about survives', () => {
    expect(read('<p>My page shows &lt;div&gt; and &amp;nbsp;</p>')).toBe('My page shows <div> and &nbsp;');
  });

  test('Outlook’s and Word’s elements leave only their text', () => {
    expect(read('<p class="MsoNormal"><span lang="EN">Refund me<o:p></o:p></span></p><p><o:p>&nbsp;</o:p></p>')).toBe(
      'Refund me',
    );
  });

  test('where nothing is left, the text comes back, or what came if there is none', () => {
    expect(read('<p><img src="cid:1"></p>')).toBe('<p><img src="cid:1"></p>');
    expect(read('<div id="divRplyFwdMsg"></div><p>Regards</p>')).toBe('Regards');
  });
});

describe('entities', () => {
  test.each([
    ['&nbsp;&amp;&lt;&gt;&quot;&apos;', '\u00A0&<>"\''],
    [
      'Gr&uuml;&szlig;e, &Eacute;t&eacute;, se&ntilde;or, cora&ccedil;&atilde;o, &lstrok;&oacute;d&zacute;',
      'Grüße, Été, señor, coração, łódź',
    ],
    ['&bdquo;x&ldquo; &ndash; &hellip; &rsquo; &laquo;&raquo;', '„x“ – … ’ «»'],
    ['&euro; &pound; &yen; &cent; &curren;', '€ £ ¥ ¢ ¤'],
    ['&#8364; &#x20AC; &#X1F600;', '€ € 😀'],
    ['it&#146;s 5&#128;', 'it’s 5€'],
    ['&#0; &#xD800; &#1114112;', '\uFFFD \uFFFD \uFFFD'],
    ['&unknown; &amp &; &#; AT&T', '&unknown; &amp &; &#; AT&T'],
    ['&constructor; &__proto__;', '&constructor; &__proto__;'],
  ])('%s', (written, meant) => {
    expect(decodeEntities(written)).toBe(meant);
  });

  test('they are decoded once, not until nothing is left', () => {
    expect(decodeEntities('&amp;amp;lt;')).toBe('&amp;lt;');
  });
});

describe('history in HTML', () => {
  test('Gmail: the quote and the line above it go, in any language', () => {
    const reply = (line: string) => `<div dir="ltr">Still broken.</div><br><div class="gmail_quote"><div dir="ltr"
      class="gmail_attr">${line}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex"><div>Have you
      restarted?</div></blockquote></div>`;
    expect(
      read(reply('On Mon, 6 May 2024 at 15:14, Ben &lt;<a href="mailto:b@x.example">b@x.example</a>&gt; wrote:')),
    ).toBe('Still broken.');
    expect(read(reply('Den mån 6 maj 2024 kl 15:14 skrev Ben &lt;b@x.example&gt;:'))).toBe('Still broken.');
  });

  test('Gmail: answers between the quotes stay', () => {
    expect(
      read(`<div class="gmail_quote"><div class="gmail_attr">On Mon, 6 May 2024 at 15:14, Ben wrote:</div>
      <blockquote>Which phone?</blockquote><div>A Pixel 8.</div><blockquote>Which version?</blockquote><div>5.2</div></div>`),
    ).toBe('A Pixel 8.\n\n5.2');
  });

  test('Gmail: a forwarded mail without a word above it is the ticket', () => {
    expect(
      read(`<div dir="ltr"><br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message
      ---------<br>From: <strong>Bo</strong> &lt;bo@x.example&gt;<br>Date: Mon, 6 May 2024<br>Subject: Broken cup<br>To:
      us@x.example<br></div><br><div>The cup is broken.</div></div></div>`),
    ).toBe('Broken cup\n\nThe cup is broken.');
  });

  test('Outlook: everything from the reply header on goes, in any language', () => {
    expect(
      read(`<html><body><div>I want my money back.</div><div id="appendonsend"></div><hr>
      <div id="divRplyFwdMsg" dir="ltr"><b>Från:</b> Ben<br><b>Skickat:</b> måndag<br><b>Ämne:</b> SV: Order</div>
      <div>We do not refund.</div></body></html>`),
    ).toBe('I want my money back.');
  });

  test('Outlook on a desktop: a block of header fields begins the history', () => {
    expect(
      read(`<div><p class="MsoNormal">I want my money back.</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b>
      Ben &lt;b@x.example&gt;<br><b>Gesendet:</b> Montag<br><b>An:</b> Eva<br><b>Betreff:</b> AW: Order</p></div>
      <p>We do not refund.</p></div>`),
    ).toBe('I want my money back.');
  });

  test('Thunderbird, Apple Mail and Yahoo: their quotes go as well', () => {
    expect(
      read(
        `<p>No.</p><div class="moz-cite-prefix">Den 06.05.24 skrev Ben:<br></div><blockquote type="cite">Well?</blockquote>`,
      ),
    ).toBe('No.');
    expect(
      read(
        `<div>No.</div><div><blockquote type="cite"><div>On 6 May 2024, at 15:14, Ben wrote:</div>Well?</blockquote></div>`,
      ),
    ).toBe('No.');
    expect(
      read(
        `<div>No.</div><div id="ymail_1" class="yahoo_quoted"><div>maanantai 6. toukokuuta Ben kirjoitti:</div><div>Well?</div></div>`,
      ),
    ).toBe('No.');
  });

  test('a quote without a word of the customer’s own is the ticket', () => {
    expect(read('<div>FYI</div><blockquote><p>The cup is broken.</p></blockquote>')).toBe('FYI\n\nThe cup is broken.');
    expect(read('<blockquote><blockquote><p>The cup is broken.</p></blockquote></blockquote>')).toBe(
      'The cup is broken.',
    );
  });
});
