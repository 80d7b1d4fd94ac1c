// One sentence for each event type, in Chinese.
import type { EventSentences } from './event_facts.ts';

const after = (before: string, text: string) => (text === '' ? '' : `${before}${text}`);

export const zhEvents: EventSentences = {
  'journey.started': (f) => `旅程开始${after('：', f.entrySource)}${after('，', f.orderMode)}`,
  'journey.stage_changed': (f) => `进入${f.stage || '另一'}阶段${after('，此前为', f.fromStage)}`,
  'journey.at_risk': (f) => `有流失风险${after('：', f.risk)}`,
  'journey.abandoned': (f) =>
    `${f.outcome || '放弃'}，购物车中留下${f.value || '商品'}${after('；依据：', f.evidence)}`,
  'journey.outcome_revised': (f) =>
    `结果更正为${f.outcome || '其他'}${after('，原为', f.previousOutcome)}${after('；依据：', f.evidence)}`,
  'journey.linked': (f) => `与另一旅程关联${after('：', f.otherJourney)}`,
  'journey.closed': (f) => `旅程结束${after('：', f.outcome)}${after('；依据：', f.evidence)}`,
  'ecommerce.view_item_list': (f) => `浏览列表${after('：', f.listName)}`,
  'ecommerce.select_item': (f) => `从列表中选择 ${f.items || '商品'}`,
  'ecommerce.view_item': (f) => `查看 ${f.items || '商品'}`,
  'ecommerce.search': (f) => `搜索${after('：', f.searchTerm)}`,
  'ecommerce.add_to_cart': (f) => `加入 ${f.items || '商品'}`,
  'ecommerce.remove_from_cart': (f) => `移除 ${f.items || '商品'}`,
  'ecommerce.update_cart_line': (f) => `修改 ${f.items || '购物车中的一行'}`,
  'ecommerce.view_cart': (f) => `核对购物车${after('，', f.value)}`,
  'ecommerce.begin_checkout': (f) => `进入结账${after('，', f.value)}`,
  'ecommerce.add_payment_info': (f) => `选择支付方式${after('：', f.paymentMethod)}`,
  'ecommerce.purchase': (f) => `购买完成${after('，', f.value)}${after('，取餐号 ', f.ticket)}`,
  'ecommerce.refund': (f) => `退款${after(' ', f.value)}`,
  'ecommerce.view_promotion': (f) => `看到促销${after('：', f.promotion)}`,
  'ecommerce.select_promotion': (f) => `选择促销${after('：', f.promotion)}`,
  'order.submitted': (f) =>
    `提交订单${f.payAtCounter ? '，到柜台付款' : ''}${after('，取餐号 ', f.ticket)}`,
  'order.suspended': () => '订单暂时搁置',
  'order.resumed': () => '订单继续',
  'order.cancel_requested': (f) => `点了取消${after('：', f.reason)}`,
  'order.cancelled': (f) => `订单取消${after('：', f.reason)}${after('；操作者：', f.by)}`,
  'payment.started': (f) => `开始支付${after('，第 ', f.attempt)}${f.attempt === '' ? '' : ' 次'}${after('，', f.value)}`,
  'payment.failed': (f) =>
    `支付${f.hardDecline ? '被彻底' : '被'}拒绝${after('，第 ', f.attempt)}${f.attempt === '' ? '' : ' 次'}${after('，代码 ', f.failureCode)}`,
  'payment.unknown': () => '刷卡终端没有应答，是否扣款未知',
  'payment.reconciled': (f) => `支付已核清${after('：', f.result)}`,
  'payment.approved': (f) => `支付成功${after('，', f.value)}`,
  'host.touched': (f) => `触摸屏幕${after('，次数：', f.count)}`,
  'host.idle_warned': () => '询问顾客是否还在',
  'host.idle_extended': () => '顾客要求更多时间',
  'host.start_over': () => '重新开始',
  'host.staff_reset': () => '由店员重置',
  'host.page_lost': () => '自助机页面丢失',
  'host.page_restored': () => '自助机页面恢复',
  'host.training_changed': (f) => `培训模式${f.training ? '开启' : '关闭'}`,
  'system.started': (f) => `终端启动${after('，版本 ', f.version)}`,
  'system.clock_adjusted': () => '终端时钟被校准',
  'system.bundle_activated': () => '新规则生效',
  'system.bundle_rejected': () => '新规则被拒绝',
  'system.connectivity_changed': () => '与总部的连接有变化',
  'system.crash_recovered': () => '终端在断电或崩溃后恢复',
  'system.storage_state': (f) => `存储状态${after('：', f.storage)}`,
  'system.irregular': (f) => `不合常规次序${after('：', f.eventType)}`,
};
