// The one page: today's headlines, how journeys end, the latest journeys, the terminals.
import { Skeleton } from '../components/basics.tsx';
import { FailureBanner, FailureNotice } from '../components/failure.tsx';
import { LostNowCard, ReconcilesCard, SoldTodayCard } from '../components/headlines.tsx';
import { JourneysCard } from '../components/journeys.tsx';
import { FunnelCard, OutcomesCard } from '../components/outcomes.tsx';
import { TerminalsCard } from '../components/terminals.tsx';
import type { Overview } from '../contract.ts';
import { useReader } from '../context.ts';
import type { Model, State } from '../model.ts';

function DayLine({ overview }: { overview: Overview }) {
  const { words, format } = useReader();
  return (
    <p class="quiet day-line">
      <span>
        {words.day.caption(
          format.day(overview.business_day),
          format.clockMinutes(overview.day_start),
          format.zone(),
        )}
      </span>
      <span>{words.day.counts(format.count(overview.journeys_today), overview.journeys_today)}</span>
      {overview.training_journeys > 0 && (
        <span>{words.day.training(format.count(overview.training_journeys))}</span>
      )}
    </p>
  );
}

function Loading() {
  return (
    <>
      <div class="headlines">
        {['card-lost', 'card-sold', 'card-reconciles'].map((name) => (
          <div key={name} class={`card card-waiting ${name}`}>
            <Skeleton lines={5} />
          </div>
        ))}
      </div>
      <div class="pair">
        <div class="card card-waiting">
          <Skeleton lines={7} />
        </div>
        <div class="card card-waiting">
          <Skeleton lines={7} />
        </div>
      </div>
    </>
  );
}

function Figures({ overview }: { overview: Overview }) {
  return (
    <>
      <div class="headlines">
        <LostNowCard overview={overview} />
        <SoldTodayCard overview={overview} />
        <ReconcilesCard overview={overview} />
      </div>
      {overview.journeys_today > 0 && (
        <div class="pair">
          <FunnelCard overview={overview} />
          <OutcomesCard overview={overview} />
        </div>
      )}
    </>
  );
}

export function OverviewPage({ model, state }: { model: Model; state: State }) {
  const { words } = useReader();
  const { overview, failure } = state;
  if (overview === null && failure !== null) {
    return (
      <>
        <h1>{words.day.heading}</h1>
        <FailureNotice failure={failure} again={() => void model.refresh()} />
      </>
    );
  }
  return (
    <>
      <div class="page-head" id="today">
        <h1>{words.day.heading}</h1>
        {overview !== null && <DayLine overview={overview} />}
      </div>
      {overview !== null && failure !== null && (
        <FailureBanner failure={failure} updated={overview.now} />
      )}
      {overview === null ? <Loading /> : <Figures overview={overview} />}
      <JourneysCard state={state} model={model} />
      <TerminalsCard state={state} />
    </>
  );
}
