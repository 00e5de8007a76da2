-- The budget in Postgres: the state machine of core's budget/, with the same operations in the same order; one
-- conformance suite holds them together. Lists have three dimensions (requests, input tokens, output tokens), or nine:
-- live, escalation and bulk, each with three. Times are milliseconds since 1970. Everything here may be lost: without a
-- memory the budget starts at a tenth. Therefore the tables are unlogged, and made anew when this file changes.
drop schema if exists usher_budget cascade;
create schema usher_budget;
set local search_path = usher_budget;

create unlogged table pools (
  account text, model text,
  at float8 not null, paused_from float8 not null, paused_until float8 not null, factor float8 not null, held_until float8 not null,
  shrunk_at float8 not null, told float8[] not null, drift float8[] not null, front float8[] not null, back float8[] not null,
  -- What may really start, and until when what comes of it is promised; one number for each share.
  ready float8[] not null, promised_until float8[] not null,
  -- No place runs out before.
  first_expiry float8 not null,
  primary key (account, model)
) with (fillfactor = 20);

create unlogged table places (
  account text, model text, key text,
  share int not null, is_started boolean not null, cost float8[] not null, place float8[] not null,
  expires_at float8 not null, estimate float8[] not null, is_promised boolean not null,
  primary key (account, model, key)
);

create type given as (
  use float8, burst_ms float8, burst_shares float8[], start_pace float8, growth_per_ms float8, shrink_factor float8,
  lowest_pace float8, shrink_hold_ms float8, shrink_once_ms float8, whole_wait_ms float8, unsure_wait_ms float8,
  wait_again_ms float8, newest_counts float8, most_drift float8, late_ms float8, unsettled_ms float8, idle_ms float8,
  limits float8[], ceilings float8[]
);

create function limits_of(told float8[], g given) returns float8[] immutable language plpgsql as $$
begin
  for d in 1..3 loop
    if told[d] <= 0 then told[d] := g.limits[d]; end if;
    if g.ceilings[d] > 0 and g.ceilings[d] < told[d] then told[d] := g.ceilings[d]; end if;
  end loop;
  return told;
end $$;

create function rates_of(told float8[], g given) returns float8[] immutable language plpgsql as $$
declare limits float8[] := usher_budget.limits_of(told, g);
begin
  return array[limits[1] * g.use / 60000, limits[2] * g.use / 60000, limits[3] * g.use / 60000];
end $$;

create function pace_at(p pools, g given, moment float8) returns float8 immutable language plpgsql as $$
begin
  return least(1, p.factor + g.growth_per_ms * greatest(0, moment - p.held_until));
end $$;

-- What the time until now is worth at the full rate.
create function worth(p pools, g given, since float8, till float8) returns float8 immutable language plpgsql as $$
declare
  grows float8 := least(greatest(p.held_until, since), till);
  is_full float8 := least(greatest(p.held_until + (1 - p.factor) / g.growth_per_ms, since), till);
begin
  if till <= since then return 0; end if;
  return (grows - since) * usher_budget.pace_at(p, g, since)
    + (usher_budget.pace_at(p, g, grows) + usher_budget.pace_at(p, g, is_full)) / 2 * (is_full - grows)
    + (till - is_full);
end $$;

create function time_for(p pools, g given, need float8, since float8) returns float8 immutable language plpgsql as $$
declare
  pace float8 := usher_budget.pace_at(p, g, since);
  grows float8 := greatest(since, p.held_until);
  is_full float8 := greatest(grows, p.held_until + (1 - p.factor) / g.growth_per_ms);
  held float8 := (grows - since) * pace;
  growing float8 := (usher_budget.pace_at(p, g, grows) + usher_budget.pace_at(p, g, is_full)) / 2 * (is_full - grows);
begin
  if need <= 0 then return 0; end if;
  if need <= held then return need / pace; end if;
  if need >= held + growing then return is_full - since + (need - held - growing); end if;
  return grows - since + (sqrt(pace * pace + 2 * g.growth_per_ms * (need - held)) - pace) / g.growth_per_ms;
end $$;

create function depths_of(p pools, g given) returns float8[] immutable language plpgsql as $$
declare
  rates float8[] := usher_budget.rates_of(p.told, g);
  pace float8 := usher_budget.pace_at(p, g, p.at);
  depths float8[] := '{}';
  burst_ms float8;
begin
  for s in 1..3 loop
    burst_ms := g.burst_ms * g.burst_shares[s] * pace;
    depths := depths || array[greatest(1, rates[1] * burst_ms), rates[2] * burst_ms, rates[3] * burst_ms];
  end loop;
  return depths;
end $$;

-- Sums of a list of nine over each share and the more urgent ones.
create function up_to(most float8[]) returns float8[] immutable language plpgsql as $$
begin
  for i in 4..9 loop
    most[i] := most[i - 3] + most[i];
  end loop;
  return most;
end $$;

-- The pool with no more saved up in any line, and to start, than so much; null is no bound.
create function hold_to(p pools, most float8[]) returns pools immutable language plpgsql as $$
declare at_once float8[] := usher_budget.up_to(most);
begin
  for i in 1..9 loop
    p.front[i] := least(p.front[i], p.back[i] + most[i]);
    p.ready[i] := least(p.ready[i], at_once[i]);
  end loop;
  return p;
end $$;

create function credit(p pools, g given, share int, amount float8[]) returns pools immutable language plpgsql as $$
begin
  for s in share..3 loop
    for d in 1..3 loop
      p.front[s * 3 - 3 + d] := p.front[s * 3 - 3 + d] + amount[d];
    end loop;
  end loop;
  p := usher_budget.hold_to(p, usher_budget.depths_of(p, g));
  return p;
end $$;

-- The estimate as calls of late turned out; drift is three means of use and three of estimates.
create function corrected(p pools, g given, estimate float8[]) returns float8[] immutable language plpgsql as $$
begin
  for d in 1..3 loop
    if p.drift[3 + d] > 0 then
      estimate[d] := estimate[d] * least(g.most_drift, greatest(1 / g.most_drift, p.drift[d] / p.drift[3 + d]));
    end if;
  end loop;
  return estimate;
end $$;

create function learn(p pools, g given, used float8[], estimate float8[]) returns float8[]
immutable language plpgsql as $$
begin
  for d in 1..3 loop
    p.drift[d] := p.drift[d] * (1 - g.newest_counts) + used[d] * g.newest_counts;
    p.drift[3 + d] := p.drift[3 + d] * (1 - g.newest_counts) + estimate[d] * g.newest_counts;
  end loop;
  return p.drift;
end $$;

-- Makes the line longer, by what is spilt while the call waits for its turn among the requests, too.
create function debit(p pools, g given, share int, cost float8[]) returns pools immutable language plpgsql as $$
declare
  rates float8[] := usher_budget.rates_of(p.told, g);
  first int := share * 3 - 3;
  turn_ms float8 := greatest(0, (p.back[first + 1] + cost[1] - p.front[first + 1]) / rates[1]);
  spilt float8;
begin
  for d in 1..3 loop
    spilt := case when d = 1 or p.told[1] <= 0 then 0 else greatest(0, p.front[first + d] - p.back[first + d] + rates[d] * turn_ms
      - greatest(rates[d] * g.burst_ms * g.burst_shares[share], cost[d])) end;
    p.back[first + d] := p.back[first + d] + spilt + cost[d];
    for s in share + 1..3 loop
      p.front[s * 3 - 3 + d] := p.front[s * 3 - 3 + d] - cost[d];
    end loop;
  end loop;
  return p;
end $$;

create function wait_ms(p pools, g given, share int, place float8[]) returns float8 immutable language plpgsql as $$
declare
  rates float8[] := usher_budget.rates_of(p.told, g);
  missing float8 := '-infinity';
  opens_at float8 := greatest(p.at, p.paused_until);
begin
  for d in 1..3 loop
    missing := greatest(missing, (place[d] - p.front[share * 3 - 3 + d]) / rates[d]);
  end loop;
  return greatest(0, ceil(opens_at - p.at + usher_budget.time_for(p, g, missing, opens_at) - 0.001));
end $$;

-- What a start takes out of the bucket of its share.
create function drawn_by(p pools, g given, share int, cost float8[]) returns float8[] immutable language plpgsql as $$
declare depths float8[] := usher_budget.up_to(usher_budget.depths_of(p, g));
begin
  for d in 1..3 loop
    cost[d] := least(cost[d], depths[share * 3 - 3 + d]);
  end loop;
  return cost;
end $$;

-- How long a place that is due waits for its real start.
create function starts_in(p pools, g given, share int, cost float8[], is_promised boolean) returns float8
immutable language plpgsql as $$
declare
  rates float8[] := usher_budget.rates_of(p.told, g);
  drawn float8[] := usher_budget.drawn_by(p, g, share, cost);
  promised_until float8 := p.promised_until[share];
  missing float8 := '-infinity';
  own float8 := 0;
  lacked_ms float8;
begin
  for d in 1..3 loop
    missing := greatest(missing, (drawn[d] - p.ready[share * 3 - 3 + d]) / rates[d] * g.use);
    own := greatest(own, drawn[d] / rates[d] * g.use);
  end loop;
  lacked_ms := usher_budget.time_for(p, g, missing, p.at);
  if is_promised or promised_until <= p.at then return lacked_ms; end if;
  return greatest(lacked_ms, promised_until - p.at + usher_budget.time_for(p, g, own, promised_until));
end $$;

create function draw_start(p pools, g given, share int, cost float8[]) returns pools immutable language plpgsql as $$
declare drawn float8[] := usher_budget.drawn_by(p, g, share, cost);
begin
  for s in share..3 loop
    for d in 1..3 loop
      p.ready[s * 3 - 3 + d] := p.ready[s * 3 - 3 + d] - drawn[d];
    end loop;
  end loop;
  return p;
end $$;

-- Long waits are told by halves, and by eighths as long as the server's limits are not known.
create function told(wait float8, paused_ms float8, is_sure boolean, g given, is_new boolean) returns float8
immutable language sql as $$
  select case
    when wait = 0 then 0
    when is_sure and wait - paused_ms > g.whole_wait_ms then ceil(paused_ms + (wait - paused_ms) / 2)
    when not is_sure and wait - paused_ms > g.unsure_wait_ms then ceil(paused_ms + (wait - paused_ms) / 8)
    when is_new then wait
    else greatest(g.wait_again_ms, wait)
  end
$$;

create function start_pool(p pools, g given, moment float8) returns pools immutable language plpgsql as $$
begin
  p.at := moment; p.paused_from := 0; p.paused_until := 0; p.factor := g.start_pace; p.held_until := moment; p.shrunk_at := 0;
  p.told := '{0,0,0}'; p.drift := '{0,0,0,0,0,0}'; p.back := '{0,0,0,0,0,0,0,0,0}';
  p.front := usher_budget.depths_of(p, g); p.ready := usher_budget.up_to(p.front); p.promised_until := '{0,0,0}';
  p.first_expiry := 'infinity';
  return p;
end $$;

create function refill(p pools, g given, moment float8) returns pools immutable language plpgsql as $$
declare
  rates float8[] := usher_budget.rates_of(p.told, g);
  gained_ms float8 := usher_budget.worth(p, g, greatest(p.at, p.paused_until), moment);
begin
  for i in 1..9 loop
    p.front[i] := p.front[i] + rates[(i - 1) % 3 + 1] * gained_ms;
    p.ready[i] := p.ready[i] + rates[(i - 1) % 3 + 1] * gained_ms / g.use;
  end loop;
  p.at := moment;
  p := usher_budget.hold_to(p, usher_budget.depths_of(p, g));
  return p;
end $$;

create function clock_ms(chosen float8) returns float8 volatile language sql as $$
  select coalesce(chosen, extract(epoch from clock_timestamp())::float8 * 1000)
$$;

-- Locks the pool and brings it up to date. The clock is read behind the lock, so that it never runs backwards.
create function bring(g given, of_account text, of_model text, chosen float8) returns pools language plpgsql as $$
declare
  p usher_budget.pools;
  moment float8;
  held usher_budget.places;
begin
  select * into p from usher_budget.pools where (account, model) = (of_account, of_model) for update;
  if not found then
    insert into usher_budget.pools
    values (of_account, of_model, '-infinity', 0, 0, 0, 0, 0, '{}', '{}', '{}', '{}', '{}', '{}', 0) on conflict do nothing;
    select * into p from usher_budget.pools where (account, model) = (of_account, of_model) for update;
  end if;
  moment := usher_budget.clock_ms(chosen);
  if moment - p.at > g.idle_ms then
    delete from usher_budget.places where (account, model) = (of_account, of_model);
    return usher_budget.start_pool(p, g, moment);
  end if;
  p := usher_budget.refill(p, g, moment);
  if moment < p.first_expiry then return p; end if;
  for held in
    delete from usher_budget.places
    where (account, model) = (of_account, of_model) and expires_at <= moment returning *
  loop
    if not held.is_started then p := usher_budget.credit(p, g, held.share, held.cost); end if;
  end loop;
  select coalesce(min(expires_at), 'infinity') into p.first_expiry from usher_budget.places
  where (account, model) = (of_account, of_model);
  return p;
end $$;

create function save(p pools) returns void language plpgsql as $$
begin
  update usher_budget.pools
  set at = p.at, paused_from = p.paused_from, paused_until = p.paused_until, factor = p.factor, held_until = p.held_until, shrunk_at = p.shrunk_at,
    told = p.told, drift = p.drift, front = p.front, back = p.back,
    ready = p.ready, promised_until = p.promised_until, first_expiry = p.first_expiry
  where (account, model) = (p.account, p.model);
end $$;

-- Ends a reservation and returns what it did not use; what it used is null where it is all spent.
create function finish(g given, p pools, of_key text, used float8[]) returns void language plpgsql as $$
declare held usher_budget.places;
begin
  delete from usher_budget.places where (account, model, key) = (p.account, p.model, of_key) returning * into held;
  if found and used is not null then
    p := usher_budget.credit(p, g, held.share,
      array[held.cost[1] - used[1], held.cost[2] - used[2], held.cost[3] - used[3]]);
    if used[1] > 0 then p.drift := usher_budget.learn(p, g, used, held.estimate); end if;
  end if;
  perform usher_budget.save(p);
end $$;

-- The verbs. All begin with rules and limits, account, model, and a time that is null for this server's own clock.

create function reserve(
  g given, account text, model text, chosen float8, of_key text, of_share int, input_tokens float8, output_tokens float8
) returns float8[] language plpgsql as $$
declare
  p usher_budget.pools := usher_budget.bring(g, account, model, chosen);
  held usher_budget.places;
  estimate float8[] := array[1, input_tokens, output_tokens];
  cost float8[];
  start_ms float8;
  -- Its wait is told as it is: it is a new place, or is promised one of the next starts just now.
  is_new boolean;
  wait float8;
begin
  select * into held from usher_budget.places o where (o.account, o.model, o.key) = (p.account, p.model, of_key);
  is_new := not found or held.is_started;
  if is_new then
    cost := usher_budget.corrected(p, g, estimate);
    p := usher_budget.debit(p, g, of_share, cost);
    held := row(p.account, p.model, of_key, of_share, false, cost, p.back[of_share * 3 - 2:of_share * 3], 0, estimate,
      false);
  end if;
  wait := usher_budget.wait_ms(p, g, held.share, held.place);
  if wait = 0 then
    -- What such calls cost by now: much may have been learnt since it took its place.
    cost := usher_budget.corrected(p, g, held.estimate);
    start_ms := usher_budget.starts_in(p, g, held.share, cost, held.is_promised);
    wait := floor(start_ms + 0.001);
    if wait = 0 then
      p := usher_budget.credit(p, g, held.share,
        array[held.cost[1] - cost[1], held.cost[2] - cost[2], held.cost[3] - cost[3]]);
      p := usher_budget.draw_start(p, g, held.share, cost);
      held.cost := cost;
      held.is_started := true;
    elsif not held.is_promised then
      p.promised_until[held.share] := p.at + start_ms;
      held.is_promised := true;
      is_new := true;
    end if;
  end if;
  wait := usher_budget.told(wait, greatest(0, p.paused_until - p.at), p.told[1] > 0, g, is_new);
  held.expires_at := p.at + case when wait > 0 then wait + g.late_ms else g.unsettled_ms end;
  p.first_expiry := least(p.first_expiry, held.expires_at);
  insert into usher_budget.places select held.* on conflict on constraint places_pkey do update
  set (share, is_started, cost, place, expires_at, estimate, is_promised) = (excluded.share, excluded.is_started,
    excluded.cost, excluded.place, excluded.expires_at, excluded.estimate, excluded.is_promised);
  perform usher_budget.save(p);
  return array[wait];
end $$;

create function settle(
  g given, account text, model text, chosen float8, of_key text,
  input_tokens float8 default null, output_tokens float8 default null
) returns float8[] language sql as $$
  select usher_budget.finish(g, usher_budget.bring(g, account, model, chosen), of_key,
    case when input_tokens is not null then array[1, input_tokens, output_tokens] end);
  select '{}'::float8[];
$$;

create function give_back(g given, account text, model text, chosen float8, of_key text) returns float8[]
language sql as $$
  select usher_budget.finish(g, usher_budget.bring(g, account, model, chosen), of_key, '{0,0,0}');
  select '{}'::float8[];
$$;

create function pause(g given, account text, model text, chosen float8, for_ms float8) returns float8[]
language plpgsql as $$
declare p usher_budget.pools := usher_budget.bring(g, account, model, chosen);
begin
  p := usher_budget.hold_to(p, '{0,0,0,0,0,0,0,0,0}');
  if p.paused_until <= p.at then p.paused_from := p.at; end if;
  p.paused_until := greatest(p.paused_until, p.paused_from + for_ms);
  perform usher_budget.save(p);
  return '{}';
end $$;

create function shrink(g given, account text, model text, chosen float8) returns float8[] language plpgsql as $$
declare p usher_budget.pools := usher_budget.bring(g, account, model, chosen);
begin
  if p.at - p.shrunk_at >= g.shrink_once_ms then
    p.factor := greatest(g.lowest_pace, usher_budget.pace_at(p, g, p.at) * g.shrink_factor);
    p.held_until := greatest(p.at, p.paused_until) + g.shrink_hold_ms;
    p.shrunk_at := p.at;
    p := usher_budget.hold_to(p, usher_budget.depths_of(p, g));
  end if;
  perform usher_budget.save(p);
  return '{}';
end $$;

-- Three limits, 0 where the server named none, and three remainders, -1 where it named none.
create function correct(g given, account text, model text, chosen float8, variadic said float8[]) returns float8[]
language plpgsql as $$
declare
  p usher_budget.pools := usher_budget.bring(g, account, model, chosen);
  remaining float8[];
begin
  for s in 1..3 loop
    for d in 1..3 loop
      remaining[s * 3 - 3 + d] := case when said[3 + d] >= 0 then said[3 + d] * g.burst_shares[s] end;
    end loop;
  end loop;
  p := usher_budget.hold_to(p, remaining);
  for d in 1..3 loop
    if said[d] > 0 then p.told[d] := said[d]; end if;
  end loop;
  p := usher_budget.hold_to(p, usher_budget.depths_of(p, g));
  perform usher_budget.save(p);
  return '{}';
end $$;

-- Three limits, pace, pause, nine levels, nine depths, number of reservations.
create function read(g given, of_account text, of_model text, chosen float8) returns float8[] language plpgsql as $$
declare
  p usher_budget.pools;
  moment float8 := usher_budget.clock_ms(chosen);
  levels float8[];
  held int;
begin
  select * into p from usher_budget.pools where (account, model) = (of_account, of_model);
  if not found or moment - p.at > g.idle_ms then p := usher_budget.start_pool(p, g, moment);
  else p := usher_budget.refill(p, g, moment); end if;
  for i in 1..9 loop
    levels[i] := p.front[i] - p.back[i];
  end loop;
  select count(*) into held from usher_budget.places where (account, model) = (of_account, of_model);
  return usher_budget.limits_of(p.told, g)
    || array[usher_budget.pace_at(p, g, p.at), greatest(0, p.paused_until - p.at)]
    || levels || usher_budget.depths_of(p, g) || held::float8;
end $$;
