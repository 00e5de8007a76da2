import { readableTicket } from '@usher/core/clean/readable-ticket';
import { messagesOf } from '@usher/core/clean/quotes';
import { describe, expect, test } from 'vitest';

const read = (body: string, subject = '') => readableTicket({ subject, body }).body;

describe('the line above a quote', () => {
  test.each([
    'On Mon, May 6, 2024 at 3:14 PM Ben Hall <ben@x.example> wrote:',
    'On Mon, May 6, 2024 at 3:14 PM Ben Hall of the Customer Care Team <ben.hall@x.example>\nwrote:',
    'On 06/05/2024 15:14, Ben Hall wrote:',
    'On 6 May 2024, at 15:14, Ben Hall <ben@x.example> wrote:',
    'Am Mo., 6. Mai 2024 um 15:14 Uhr schrieb Ben Hall <ben@x.example>:',
    'Am 06.05.2024 um 15:14 schrieb Ben Hall:',
    'Ben Hall <ben@x.example> schrieb am Mo., 6. Mai 2024, 15:14:',
    'Le lun. 6 mai 2024 à 15:14, Ben Hall <ben@x.example> a écrit :',
    'Le 06/05/2024 à 15:14, Ben Hall a écrit\u00A0:',
    'El lun, 6 may 2024 a las 15:14, Ben Hall (<ben@x.example>) escribió:',
    'Em seg., 6 de mai. de 2024 às 15:14, Ben Hall <ben@x.example> escreveu:',
    'No dia 06/05/2024, às 15:14, Ben Hall <ben@x.example> escreveu:',
    'Il giorno lun 6 mag 2024 alle ore 15:14 Ben Hall <ben@x.example> ha scritto:',
    'Il 06/05/2024 15:14, Ben Hall ha scritto:',
    'Op ma 6 mei 2024 om 15:14 schreef Ben Hall <ben@x.example>:',
    'Op 6 mei 2024 om 15:14 heeft Ben Hall <ben@x.example> het volgende geschreven:',
    'pon., 6 maj 2024 o 15:14 Ben Hall <ben@x.example> napisał(a):',
    'W dniu 06.05.2024 o 15:14, Ben Hall pisze:',
    'Wiadomość napisana przez Ben Hall <ben@x.example> w dniu 06.05.2024, o godz. 15:14:',
    '2024-05-06 15:14 GMT+02:00 Ben Hall <ben@x.example>:',
  ])('goes with the quote: %s', (line) => {
    expect(read(`It is still broken.\n\n${line}\n\n> Did you restart?\n>\n> Ben`)).toBe('It is still broken.');
  });

  test('also begins history that is not quoted line by line', () => {
    expect(read('Still broken.\n\nOn Mon, May 6, 2024 at 3:14 PM Ben <b@x.example> wrote:\nDid you restart?')).toBe(
      'Still broken.',
    );
  });

  test('does not take the customer’s last line along', () => {
    expect(read('On arrival the box was open.\nOn 06/05/2024 15:14, Ben wrote:\n> Sorry!')).toBe(
      'On arrival the box was open.',
    );
  });

  test.each([
    'On 3 May 2024 at 15:14 I wrote:\nplease cancel my order.\nNothing happened.',
    'Am 03.05.2024 schrieb mir Ihr Kollege:\n„Das Geld ist unterwegs.“\nEs kam nichts.',
    'On arrival the box was open.\nOn Monday at 10:30 the driver said this:\nnot my problem',
    'A colleague (ann@x.example) wrote:\nthe app crashes for all of us.',
  ])('is not the customer’s own sentence: %s', (body) => {
    expect(read(body)).toBe(body);
  });
});

describe('dividers and header fields', () => {
  test.each([
    '-----Original Message-----',
    '-------- Original message --------',
    '---------- Forwarded message ---------',
    'Begin forwarded message:',
    '-----Ursprüngliche Nachricht-----',
    '-------- Weitergeleitete Nachricht --------',
    "-----Message d'origine-----",
    '-------- Message transféré --------',
    'Début du message réexpédié :',
    '-----Mensaje original-----',
    '---------- Mensaje reenviado ----------',
    '-----Mensagem original-----',
    '---------- Mensagem encaminhada ----------',
    '-----Messaggio originale-----',
    'Inizio messaggio inoltrato:',
    '-----Oorspronkelijk bericht-----',
    '-------- Doorgestuurd bericht --------',
    '-----Wiadomość oryginalna-----',
    '-------- Treść przekazanej wiadomości --------',
  ])('%s begins history', (divider) => {
    expect(read(`It is still broken.\n\n${divider}\nDid you restart?`)).toBe('It is still broken.');
  });

  test.each([
    ['From: Ben <b@x.example>', 'Sent: Monday, May 6, 2024 3:14 PM', 'To: Eva', 'Subject: Order'],
    ['Von: Ben', 'Gesendet: Montag, 6. Mai 2024 15:14', 'An: Eva', 'Betreff: Bestellung'],
    ['De : Ben', 'Envoyé : lundi 6 mai 2024 15:14', 'À : Eva', 'Objet : Commande'],
    ['De: Ben', 'Enviado el: lunes, 6 de mayo de 2024 15:14', 'Para: Eva', 'Asunto: Pedido'],
    ['De: Ben', 'Enviada em: segunda-feira, 6 de maio de 2024', 'Para: Eva', 'Assunto: Pedido'],
    ['Da: Ben', 'Inviato: lunedì 6 maggio 2024 15:14', 'A: Eva', 'Oggetto: Ordine'],
    ['Van: Ben', 'Verzonden: maandag 6 mei 2024 15:14', 'Aan: Eva', 'Onderwerp: Bestelling'],
    ['Od: Ben', 'Wysłano: poniedziałek, 6 maja 2024 15:14', 'Do: Eva', 'Temat: Zamówienie'],
    ['*From:* Ben', '*Date:* Monday', '*To:* Eva;', 'ann@x.example; tom@x.example', '*Cc:* Tom', '*Subject:* Order'],
  ])('the fields %s begin history', (...fields) => {
    expect(read(`It is still broken.\n\n${fields.join('\n')}\n\nDid you restart?`)).toBe('It is still broken.');
    expect(read(`It is still broken.\n\n${'_'.repeat(32)}\n${fields.join('\n')}\n\nDid you restart?`)).toBe(
      'It is still broken.',
    );
  });

  test('a mail address below fields is the customer’s, unless it goes on with a field', () => {
    expect(read('-----Original Message-----\nFrom: Ben\nSubject: Cup\nwrite to me at a@x.example please')).toBe(
      'Cup\nwrite to me at a@x.example please',
    );
  });

  test('a route, a form and a mail that the customer asks about are no history', () => {
    const route = 'From: Berlin\nTo: Munich\nDate: 3 May\n\nHow much is the ticket?';
    expect(read(`Hello, I would like to travel.\n${route}`)).toContain(route);
    const form = 'Name: Eva\nOrder: 77120\nMessage: It is still broken.';
    expect(read(form)).toBe(form);
    const phishing = 'From: bank@x.example\nTo: me\nSubject: Your account\n\nClick here\n\nIs this real?';
    expect(read(`I got this mail from you:\n\n${phishing}`)).toBe(
      'I got this mail from you:\n\nYour account\n\nClick here\n\nIs this real?',
    );
  });
});

describe('quoted lines', () => {
  test('answers between them stay', () => {
    expect(read('On 06/05/2024 15:14, Ben wrote:\n> Which phone?\nA Pixel 8.\n> Which version?\n> > older\n5.2')).toBe(
      'A Pixel 8.\n5.2',
    );
  });

  test('what stands above and between them is one message', () => {
    expect(read('Here you are.\n\nOn 06/05/2024 15:14, Ben wrote:\n> Which phone?\nA Pixel 8.')).toBe(
      'Here you are.\n\nA Pixel 8.',
    );
  });

  test('a divider among them does not make what follows history', () => {
    expect(read('No.\n> -----Original Message-----\n> From: Ben\n> Sent: Monday\n> old\nIt worked before.')).toBe(
      'No.\nIt worked before.',
    );
  });

  test('an answer below them stays', () => {
    expect(read('> Which phone?\n> Ben\n\nA Pixel 8.')).toBe('A Pixel 8.');
  });

  test('"> 3 weeks" on a line of its own is not a quote', () => {
    expect(read('Still no parcel.\n> 3 weeks now!')).toBe('Still no parcel.\n> 3 weeks now!');
  });

  test('ten thousand lines of history leave the one sentence above them', () => {
    const history = Array.from({ length: 10_000 }, (_, line) => `${'>'.repeat(1 + (line % 40))} line ${line}`);
    expect(read(['It is still broken.', '', ...history].join('\n'))).toBe('It is still broken.');
  });
});

describe('a quote that is the ticket', () => {
  const quote =
    '-----Original Message-----\nFrom: Ben\nSent: Monday\nTo: Eva\nSubject: Broken cup\n\nThe cup is broken.';

  test.each([
    '',
    'FYI',
    'Hi team,\n\nplease see below.\n\nThanks,\nEva',
    'See the message below from our customer',
    'Best regards,\nEva Smith\nAcme Ltd\nTel: +44 20 7946 0000',
    'Zur Kenntnis',
    'Siehe unten, danke!',
    'Voir ci-dessous',
    'Ver abajo por favor',
    'Segue abaixo',
    'Vedi sotto',
    'Zie onder',
    'Patrz poniżej',
  ])('stays below %j', (note) => {
    expect(read(`${note}\n\n${quote}`)).toContain('Broken cup\n\nThe cup is broken.');
  });

  test('is read without its own history', () => {
    expect(read(`FYI\n\n${quote}\n\nOn 06/05/2024 15:14, Shop wrote:\n> Your order has arrived.`)).toBe(
      'FYI\n\nBroken cup\n\nThe cup is broken.',
    );
  });

  test('is found at the bottom of a chain of pointers', () => {
    expect(read(`FYI\n\n-----Original Message-----\nsee below\n\n${quote}`)).toBe(
      'FYI\n\nBroken cup\n\nThe cup is broken.',
    );
  });

  test('stays below a short remark when the subject says that it is forwarded', () => {
    const body = `Can you handle this one?\n\n${quote}`;
    expect(read(body, 'Fwd: Broken cup')).toContain('The cup is broken.');
    expect(read(body, 'WG: Tasse')).toContain('The cup is broken.');
    expect(read(body, 'Re: Broken cup')).toBe('Can you handle this one?');
  });

  test('does not stay below a thank-you', () => {
    expect(read('Hi Eva,\n\nthank you!\n\nBen\n\n> We refunded you.\n> Eva')).toBe('Hi Eva,\n\nthank you!');
    expect(read('Thanks,\nBen\n\n> We refunded you.\n> Eva')).toBe('Thanks,');
  });

  test('stays even when cleaning finds nothing else to keep', () => {
    expect(read('-----Original Message-----')).toBe('-----Original Message-----');
    expect(read('On 06/05/2024 15:14, Ben wrote:\n>\n>')).toBe('On 06/05/2024 15:14, Ben wrote:\n>\n>');
  });
});

test('a mail is taken apart from the newest message to the oldest', () => {
  expect(messagesOf('new\n> older\n>> oldest\nnew too')).toEqual(['new\nnew too', 'older', 'oldest']);
});
